/** What the star's page and its worker say to each other. Both are this program, so nothing is parsed. */
import type { EngineView } from '@snug/client/engine/view.ts';
import type { SpaceId } from '@snug/shared/protocol/ids.ts';

export type ToStar =
  | { readonly do: 'start'; readonly server: string; readonly name: string | undefined }
  | { readonly do: 'name'; readonly name: string }
  | {
      readonly do: 'join';
      readonly space: SpaceId;
      readonly title: string;
      readonly document: string;
    }
  | { readonly do: 'watch'; readonly newest: number };

export interface FromStar {
  readonly view: EngineView;
}
