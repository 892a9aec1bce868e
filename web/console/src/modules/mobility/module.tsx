import type { Module } from '../../app/module'

/** Transfers of memberships (党员调动) and floating members (党员流动). */
export const mobility: Module = {
  name: 'mobility',
  tenant: {
    'member.flow': {
      path: '/member/flow',
      load: () => import('./flows-page'),
      inner: [
        { path: '/member/flow/out', load: async () => ({ default: (await import('./flow-form-page')).FlowOutPage }), perm: 'flow.manage' },
        { path: '/member/flow/in', load: async () => ({ default: (await import('./flow-form-page')).FlowInPage }), perm: 'flow.manage' },
        { path: '/member/flow/lost', load: () => import('./lost-form-page'), perm: 'flow.manage' },
        { path: '/member/flow/:id/edit', load: () => import('./flow-edit-page'), perm: 'flow.manage' },
      ],
    },
    'member.transfer': {
      path: '/member/transfer',
      load: () => import('./transfers-page'),
      inner: [
        { path: '/member/transfer/internal', load: async () => ({ default: (await import('./transfer-form-page')).InternalPage }), perm: 'transfer.start' },
        { path: '/member/transfer/outbound', load: async () => ({ default: (await import('./transfer-form-page')).OutboundPage }), perm: 'transfer.start' },
        { path: '/member/transfer/inbound', load: () => import('./inbound-page'), perm: 'transfer.start' },
        { path: '/member/transfer/:id', load: () => import('./transfer-page') },
        { path: '/member/transfer/:id/letter', load: async () => ({ default: (await import('./letter-print')).LetterPage }), perm: 'transfer.accept' },
        { path: '/member/transfer/:id/receipt', load: async () => ({ default: (await import('./letter-print')).ReceiptPage }) },
      ],
    },
  },
  operator: {},
}
