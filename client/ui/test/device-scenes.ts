/** A person's own devices, and one being linked. To be opened at `#/settings`, or `#/link` for the new device. */
import type { LinkingView, OwnDeviceView } from '../../engine/device-view.ts';
import { peerNamed } from './names.ts';
import type { Scene } from './scenes.ts';

const words = [1019, 74, 1701, 2, 512, 1999];
const device = (name: string, more: Partial<OwnDeviceView> = {}): OwnDeviceView => ({
  peer: peerNamed(name),
  name,
  you: false,
  here: false,
  ...more,
});
const link = `https://snug.example/#/link/${'AYRYIKzkPb7c'.repeat(13)}`;

export function deviceScenes({ ready }: { ready: Scene['view'] }): Readonly<Record<string, Scene>> {
  const linking = (now: LinkingView, phase: Scene['view']['phase'] = 'ready'): Scene => ({
    view: { ...ready, phase, linking: now },
    messages: [],
  });
  return {
    devices: {
      view: {
        ...ready,
        devices: [
          device('Firefox on Linux', { you: true, here: true }),
          device('Safari on iPhone', { here: true }),
          device('Chrome on Chromebook', { lastSeen: Date.now() - 3 * 86_400_000 }),
        ],
      },
      messages: [],
    },
    'link-offered': {
      ...linking({ is: 'offering', side: 'old', link, expires: Date.now() + 300_000 }),
      does: [{ press: 'Link a device' }],
    },
    'link-words': {
      ...linking({ is: 'comparing', side: 'old', words, name: 'Safari on iPhone', asks: true }),
      does: [{ press: 'Link a device' }],
    },
    'link-new-words': linking(
      { is: 'comparing', side: 'new', words, name: 'Firefox on Linux', asks: false },
      'first-run',
    ),
    'link-new-asked': linking({
      is: 'comparing',
      side: 'new',
      words,
      name: 'Firefox on Linux',
      asks: true,
    }),
    'link-new-used': linking(
      {
        is: 'failed',
        side: 'new',
        trouble: {
          code: 'used-link',
          message:
            'This link has been used. If that was not you, somebody has seen it: press “They differ” on your other device, and make a new link.',
        },
      },
      'first-run',
    ),
  };
}
