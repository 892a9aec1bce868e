export { asRequestError, errorSentence, fromGraphQL, namePath, RequestError, type FieldFault } from '@zhibu/api'
