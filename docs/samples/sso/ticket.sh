#!/bin/sh
# 申请登录凭证，打印登录网址。需要 curl 和 openssl。
# 用法：ZHIBU_SSO_SECRET=密钥 sh ticket.sh 手机号
set -eu

URL="${ZHIBU_URL:-https://dj.example.org}"
APP="${ZHIBU_SSO_APP:-ak_0123456789abcdef0123}"

BODY=$(printf '{"subject":{"type":"mobile","value":"%s"},"client":"pc","target":"/home","ttl":60}' "$1")
TIMESTAMP=$(date +%s)
NONCE=$(openssl rand -hex 16)
HASH=$(printf '%s' "$BODY" | openssl dgst -sha256 -hex | sed 's/^.*= *//')
# 八行文本，末尾没有换行
SIGNATURE=$(printf 'SSO1-HMAC-SHA256\nPOST\n/sso/v1/tickets\n\n%s\n%s\n%s\n%s' "$APP" "$TIMESTAMP" "$NONCE" "$HASH" |
  openssl dgst -sha256 -hmac "$ZHIBU_SSO_SECRET" -hex | sed 's/^.*= *//')

ANSWER=$(curl -sS -X POST "$URL/sso/v1/tickets" \
  -H 'Content-Type: application/json' \
  -H "X-Sso-App: $APP" \
  -H "X-Sso-Timestamp: $TIMESTAMP" \
  -H "X-Sso-Nonce: $NONCE" \
  -H 'X-Sso-Algorithm: SSO1-HMAC-SHA256' \
  -H "X-Sso-Signature: $SIGNATURE" \
  -d "$BODY")

LOGIN=$(printf '%s' "$ANSWER" | sed -n 's/.*"login_url":"\([^"]*\)".*/\1/p')
if [ -z "$LOGIN" ]; then
  echo "$ANSWER" >&2
  exit 1
fi
echo "$LOGIN"
