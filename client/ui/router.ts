import { createRouter } from './address-bar.ts';

/** Where this page is. */
export const { currentRoute, goTo, hideInvite } = createRouter({
  location,
  history,
  addEventListener: (type, listener) => addEventListener(type, listener),
});
