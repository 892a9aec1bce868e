export { pledgeTypes, writingStates } from '@zhibu/api'
