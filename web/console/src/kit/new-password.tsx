import { CheckCircleFilled, MinusCircleOutlined } from '@ant-design/icons'
import { isGoodPassword, passwordRules } from '@zhibu/api'
import { Form, Input } from 'antd'

/** A new password typed twice, with its rules ticked off while typing. Fields: `newPassword`, `repeat`. */
export function NewPassword({ userName }: { userName: string }) {
  const password = (Form.useWatch('newPassword') as string | undefined) ?? ''
  return (
    <>
      <Form.Item name="newPassword" label="新密码" rules={[
        { required: true, message: '请输入新密码' },
        { validator: (_rule, value: string | undefined) =>
          (!value || isGoodPassword(value, userName) ? Promise.resolve() : Promise.reject(new Error('新密码不符合下列要求'))) },
      ]} validateTrigger="onBlur">
        <Input.Password autoComplete="new-password" maxLength={64} aria-describedby="password-rules" />
      </Form.Item>
      <ul className="z-rules" id="password-rules" aria-label="密码要求">
        {passwordRules(password, userName).map((rule) => (
          <li key={rule.key} className={rule.met ? 'z-rules-met' : ''}>
            {rule.met ? <CheckCircleFilled aria-hidden /> : <MinusCircleOutlined aria-hidden />}
            {rule.label}<span className="z-hidden">{rule.met ? '（已满足）' : '（未满足）'}</span>
          </li>
        ))}
      </ul>
      <Form.Item name="repeat" label="再次输入新密码" dependencies={['newPassword']} rules={[
        { required: true, message: '请再次输入新密码' },
        ({ getFieldValue }) => ({
          validator: (_rule, value: string | undefined) =>
            (!value || value === getFieldValue('newPassword') ? Promise.resolve() : Promise.reject(new Error('两次输入的密码不一致'))),
        }),
      ]} validateTrigger="onBlur">
        <Input.Password autoComplete="new-password" maxLength={64} />
      </Form.Item>
    </>
  )
}
