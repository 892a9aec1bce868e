export * from './generated'
export * from './rules'
export * from './words'
