import { usualConversion } from '@zhibu/api'
import { Form } from 'antd'
import { useRef } from 'react'
import { today } from '../../kit/words'
import type { MemberValues } from './form-values'
import { fillFromId } from './identity-fields'

/** What drafts of the member form leave out. */
export const WITHHELD = '公民身份号码、电话和住址'

/** The member form and what it fills in by itself: sex and birth from the identity number, the conversion a year after joining. */
export function useMemberForm() {
  const [form] = Form.useForm<MemberValues>()
  const suggested = useRef<string | null>(null)
  const onValuesChange = (changed: Partial<MemberValues>) => {
    if (changed.idNumber !== undefined) {
      form.setFieldsValue(fillFromId(changed.idNumber))
      void form.validateFields(['sex', 'birthDate'], { dirty: true }).catch(() => undefined)
    }
    if (changed.joinDate || changed.memberType === 'FORMAL') suggest()
  }
  const suggest = () => {
    const { joinDate, conversionDate } = form.getFieldsValue(true) as Partial<MemberValues>
    if (!joinDate || (conversionDate && conversionDate !== suggested.current)) return
    suggested.current = usualConversion(joinDate, today())
    form.setFieldValue('conversionDate', suggested.current)
  }
  return { form, onValuesChange }
}
