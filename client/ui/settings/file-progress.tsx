import { usePeer } from '../peer-context.ts';

/** How far a file is that is being written or read. */
export function FileProgress(props: {
  does: 'export' | 'import';
  /** Absent: whichever. */
  space?: string;
  label: string;
}) {
  const { view } = usePeer();
  const share = () =>
    view.fileWork?.find(
      ({ does, space }) => does === props.does && (!props.space || space === props.space),
    )?.share ?? 0;
  return (
    <p class="file-progress">
      <progress aria-label={props.label} value={share()} max={1} />
      <span class="quiet">{`${Math.round(share() * 100)} %`}</span>
    </p>
  );
}
