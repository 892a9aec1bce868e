import { Button, Steps } from 'antd'
import { useState, type ReactNode } from 'react'

/** One step of a form: its name, its content, and a check that must pass before the next. */
export interface Step { title: string; content: ReactNode; check?: () => Promise<unknown> | unknown }

/** A form in a few steps inside one `Form`; the last step's button submits. */
export function StepForm({ steps, submitText, busy }: { steps: Step[]; submitText: string; busy?: boolean }) {
  const [current, setCurrent] = useState(0)
  const last = current === steps.length - 1
  async function next() {
    try {
      await steps[current]?.check?.()
      setCurrent(current + 1)
    } catch { /* the form shows what is missing */ }
  }
  return (
    <div>
      <Steps className="z-gap-bottom" size="small" current={current} items={steps.map(({ title }) => ({ title }))} />
      {steps.map((step, index) => <div key={step.title} hidden={index !== current}>{step.content}</div>)}
      <div className="z-actions">
        {current > 0 && <Button onClick={() => setCurrent(current - 1)}>上一步</Button>}
        {last
          ? <Button key="submit" type="primary" htmlType="submit" loading={busy ?? false}>{submitText}</Button>
          : <Button key="next" type="primary" onClick={() => void next()}>下一步</Button>}
      </div>
    </div>
  )
}
