/** Two loops that hold each other. Decoration: the name beside it is what is read out. */
export function Mark(props: { size?: number }) {
  const size = () => props.size ?? 32;
  return (
    <svg
      class="logo"
      width={size()}
      height={size()}
      viewBox="0 0 32 32"
      fill="none"
      stroke-width="2.6"
      stroke-linecap="round"
      aria-hidden="true"
    >
      <path
        stroke="var(--amber)"
        d="M4.5 27c3-1.5 4-4 4.5-7.500C9.500 15.500 12 13 16 13s6.500 2.500 7 6.500c.5 3.500 1.500 6 4.500 7.500"
      />
      <path
        stroke="var(--spruce)"
        d="M4.500 5c3 1.500 4 4 4.500 7.500C9.500 16.500 12 19 16 19s6.500-2.500 7-6.500c.5-3.500 1.500-6 4.500-7.500"
      />
      <path stroke="var(--amber)" d="M9 19.500C9.500 15.500 12 13 16 13" />
    </svg>
  );
}
