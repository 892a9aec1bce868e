"""最小的第三方网站：自有平台的用户点一下就进入党建平台。只用标准库，Python 3.8 以上。

用法：ZHIBU_URL=http://127.0.0.1:8080 ZHIBU_SSO_APP=应用标识 ZHIBU_SSO_SECRET=密钥 python3 site.py [端口]
然后打开 http://127.0.0.1:9100/

真正的平台早已知道当前用户是谁；这里用一个选择框代替登录。
"""
import sys
import urllib.error
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import environ
from urllib.parse import parse_qs

from ticket import login_url

# 自有平台的用户及其手机号
USERS = dict(pair.split("=") for pair in environ.get("SITE_USERS", "张三=13800000001,李四=13800000002").split(","))


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/":
            return self.send_error(404)
        options = "".join(f"<option>{escape(name)}</option>" for name in USERS)
        self.page(200, f"""<h1>某某单位办公平台</h1>
            <form method="post" action="/dangjian"><label>当前用户 <select name="user">{options}</select></label>
            <button>进入党建平台</button></form>""")

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        mobile = USERS.get(form.get("user", [""])[0])
        if self.path != "/dangjian" or mobile is None:
            return self.send_error(404)
        try:
            # 凭证只活一分钟：现用现申请，立即跳转
            address = login_url(mobile)
        except urllib.error.HTTPError as refused:
            return self.page(502, f"<h1>暂时无法进入</h1><pre>{escape(refused.read().decode())}</pre>")
        self.send_response(303)
        self.send_header("Location", address)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()

    def page(self, status, body):
        text = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>办公平台</title>{body}</html>'.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """登录网址不进日志。"""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 9100), Site)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
