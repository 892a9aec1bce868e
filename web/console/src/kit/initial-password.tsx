/** The initial password to hand over: the known one, or a random one that is shown this once. */
export function InitialPassword({ oneTime }: { oneTime: string | null | undefined }) {
  if (!oneTime) return <>初始密码 <b>ABC#123</b> </>
  return <>一次性初始密码 <b className="z-code">{oneTime}</b>（只显示这一次，请立即抄录）</>
}
