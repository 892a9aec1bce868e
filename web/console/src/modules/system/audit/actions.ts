interface Option { value: string; label: string }

/** The deeds to choose from, of one kind of object or all; several that are called alike are told apart by their objects. */
export function actionsOf(options: Option[], kind: string | undefined): Option[] {
  const own = kind ? options.filter(({ value }) => value.startsWith(`${kind}.`)) : options
  const NAMES: Record<string, string> = { organisation: '组织', member: '党员' }
  const alike = (label: string) => own.filter((other) => other.label === label).length > 1
  return own.map(({ value, label }) => ({ value, label: alike(label) ? `${label}${NAMES[value.split('.')[0] ?? ''] ?? ''}` : label }))
}
