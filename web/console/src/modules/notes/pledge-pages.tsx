import { WritingFormPage } from './form-page'
import { WritingsPage } from './page'
import { pledges } from './shelf'

/** 党员承诺 */
export const PledgesPage = () => <WritingsPage shelf={pledges} />
/** 填写承诺 */
export const PledgeFormPage = () => <WritingFormPage shelf={pledges} />
