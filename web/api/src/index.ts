export * from './generated'
export * from './member-rules'
export * from './rules'
export * from './words'
