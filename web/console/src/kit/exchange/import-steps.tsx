import { Steps } from 'antd'

/** Where in an import somebody is: 上传, 检查, 确认, 完成. */
export function ImportSteps({ step, failed = false }: { step: number; failed?: boolean }) {
  return (
    <Steps className="z-gap-bottom" size="small" current={step} status={failed ? 'error' : 'process'} responsive={false}
      items={['上传', '检查', '确认', '完成'].map((title) => ({ title }))} />
  )
}
