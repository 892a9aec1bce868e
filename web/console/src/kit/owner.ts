import { createContext } from 'react'

/** Whose drafts and column settings these are: the account's id. */
export const OwnerContext = createContext('nobody')
