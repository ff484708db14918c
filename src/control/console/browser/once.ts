// A page that shows a value once takes the address of where that leads (`data-once`), so that a reload
// asks for that page instead of sending the form again.

export function leaveOnce(): void {
  const target = document.querySelector<HTMLElement>('[data-once]')?.dataset['once']
  if (target !== undefined) history.replaceState(null, '', target)
}
