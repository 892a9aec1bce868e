import { contribution } from '../modules/contribution/module'
import { development } from '../modules/development/module'
import { directory } from '../modules/directory/module'
import { document } from '../modules/document/module'
import { leadership } from '../modules/leadership/module'
import { meeting } from '../modules/meeting/module'
import { member } from '../modules/member/module'
import { messaging } from '../modules/messaging/module'
import { mobility } from '../modules/mobility/module'
import { notes } from '../modules/notes/module'
import { system } from '../modules/system/module'
import type { Module, PageDefinition } from './module'

/** All modules of the console, in menu order. Adding one is one line here. */
export const modules: Module[] = [system, directory, leadership, member, mobility, development, meeting, messaging, notes, contribution, document]

/** Screens of the tenant console by menu key. */
export const tenantPages: Record<string, PageDefinition> = Object.assign({}, ...modules.map((module) => module.tenant))

/** Screens of the operator console by menu key. */
export const operatorPages: Record<string, PageDefinition> = Object.assign({}, ...modules.map((module) => module.operator))
