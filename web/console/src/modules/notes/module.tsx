import type { Module } from '../../app/module'

/** Pledges (党员承诺) and study notes (学习心得): two menus over the same pages. */
export const notes: Module = {
  name: 'notes',
  tenant: {
    'member.pledge': {
      path: '/member/pledge',
      load: async () => ({ default: (await import('./pledge-pages')).PledgesPage }),
      inner: [
        { path: '/member/pledge/new', load: async () => ({ default: (await import('./pledge-pages')).PledgeFormPage }), perm: 'pledge.write' },
        { path: '/member/pledge/:id/edit', load: async () => ({ default: (await import('./pledge-pages')).PledgeFormPage }), perm: 'pledge.write' },
      ],
    },
    'member.study_note': {
      path: '/member/study-note',
      load: async () => ({ default: (await import('./study-note-pages')).StudyNotesPage }),
      inner: [
        { path: '/member/study-note/new', load: async () => ({ default: (await import('./study-note-pages')).StudyNoteFormPage }), perm: 'study_note.write' },
        { path: '/member/study-note/:id/edit', load: async () => ({ default: (await import('./study-note-pages')).StudyNoteFormPage }), perm: 'study_note.write' },
      ],
    },
  },
  operator: {},
}
