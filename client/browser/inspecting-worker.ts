/** A thread that inspects entries for the engine's. */
import { inspect } from '../space/inspection.ts';
import {
  type FromInspector,
  findingsOf,
  handedOver,
  type InspectionMessage,
  readInspection,
} from './inspection-message.ts';

addEventListener('message', ({ data }: MessageEvent<InspectionMessage>) => {
  void inspect(readInspection(data)).then((findings) => {
    const message = findingsOf(data.number, findings);
    postMessage(message satisfies FromInspector, { transfer: handedOver(message) });
  });
});

postMessage('ready' satisfies FromInspector);
