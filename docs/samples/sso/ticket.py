"""申请登录凭证，打印登录网址。只用标准库，Python 3.8 以上。

用法：ZHIBU_SSO_SECRET=密钥 python3 ticket.py 手机号
"""
import hashlib
import hmac
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request

URL = os.environ.get("ZHIBU_URL", "https://dj.example.org")
APP = os.environ.get("ZHIBU_SSO_APP", "ak_0123456789abcdef0123")
PATH = "/sso/v1/tickets"
ALGORITHM = "SSO1-HMAC-SHA256"


def login_url(mobile: str, target: str = "/home") -> str:
    """为该手机号的用户申请一次性登录网址。"""
    order = {"subject": {"type": "mobile", "value": mobile}, "client": "pc", "target": target, "ttl": 60}
    body = json.dumps(order).encode()
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    # 八行文本，第四行是空的查询参数，末尾没有换行
    text = "\n".join([ALGORITHM, "POST", PATH, "", APP, timestamp, nonce, hashlib.sha256(body).hexdigest()])
    signature = hmac.new(os.environ["ZHIBU_SSO_SECRET"].encode(), text.encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Sso-App": APP,
        "X-Sso-Timestamp": timestamp,
        "X-Sso-Nonce": nonce,
        "X-Sso-Algorithm": ALGORITHM,
        "X-Sso-Signature": signature,
    }
    request = urllib.request.Request(URL + PATH, data=body, headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["login_url"]


if __name__ == "__main__":
    try:
        print(login_url(sys.argv[1]))
    except urllib.error.HTTPError as refused:
        sys.exit(refused.read().decode())
