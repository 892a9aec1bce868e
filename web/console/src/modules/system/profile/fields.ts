export { OWN_FIELDS as FIELDS, ownChangesOf as changesOf, ownValuesOf as valuesOf, type Own, type OwnField, type OwnValues as Values } from '@zhibu/api'
