import { useEffect, useState } from 'react'

/** A text that is being typed, once nothing was typed for a moment. */
export function useSettled(typed: string): string {
  const [settled, setSettled] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSettled(typed.trim()), 300)
    return () => clearTimeout(timer)
  }, [typed])
  return settled
}
