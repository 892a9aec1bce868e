import { WritingFormPage } from './form-page'
import { WritingsPage } from './page'
import { studyNotes } from './shelf'

/** 学习心得 */
export const StudyNotesPage = () => <WritingsPage shelf={studyNotes} />
/** 填写学习心得 */
export const StudyNoteFormPage = () => <WritingFormPage shelf={studyNotes} />
