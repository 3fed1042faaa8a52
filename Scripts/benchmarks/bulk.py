"""A file of 质监 of any size, and a server that has nothing but it."""

import hashlib
import http.server
import os
import socketserver
import threading

DATASET, NUMBER = "SCXKZ", 1
NAME = f"4401ZJ_{DATASET}_20180601235959_000001_F.xml"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<数据文件 数据集="SCXKZ" 序号="1" 模式="全量"><包头><提供方>114401000074821105</提供方>'
    "<生成时间>2018-06-01T23:59:59+08:00</生成时间><记录数>{count:010}</记录数></包头>\n<包体>"
)
ROW = (
    '<记录 记录号="1-{n}" 操作="新增" 时间戳="2018-04-21T15:09:43+08:00"><证书编号>SC{n:014}</证书编号>'
    "<企业名称>广州市天河区西皓包装有限公司第{e}分厂</企业名称><机构代码>{code}</机构代码><统一社会信用代码></统一社会信用代码>"
    "<产品名称>食品用塑料包装容器工具等制品（复合膜袋、非复合膜袋、片材、编织袋、容器、工具）第{n}号</产品名称>"
    "<发证日期>2014-07-20</发证日期><有效期至>2019-07-20</有效期至><状态>有效</状态>"
    "<发证机关>广州市天河区质量技术监督局</发证机关></记录>\n"
)
TAIL = "</包体></数据文件>\n"
# A row of this file has this many bytes more or less; an enterprise has ten licences.
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organisation_code(number):
    digits = f"{number:08}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS)) % 11
    return digits + {10: "X", 11: "0"}.get(check, str(check))


def write(path, size):
    """Writes a file of about that size; the number of its rows."""
    count, written = 0, 0
    with open(path, "wb") as file:
        file.write(HEAD.format(count=0).encode())
        while written < size:
            lines = "".join(
                ROW.format(n=n, e=n // 10, code=organisation_code(70_000_000 + n // 10)) for n in range(count + 1, count + 1001)
            ).encode()
            file.write(lines)
            count += 1000
            written += len(lines)
        file.write(TAIL.encode())
        file.seek(0)
        file.write(HEAD.format(count=count).encode())
    return count


class Quality:
    """Serves a manifest with one file, or with none where the path is None."""

    def __init__(self, path, count=0):
        self.path, self.entry = path, ""
        if path:
            digest = hashlib.sha256()
            with open(path, "rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
            self.entry = (
                f'<数据包 文件名="{NAME}" 数据集="{DATASET}" 序号="{NUMBER}" 模式="全量" 记录数="{count}" '
                f'字节数="{os.path.getsize(path)}" SHA256="{digest.hexdigest()}"/>\n'
            )
        quality = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path.endswith("manifest.xml"):
                    body = (
                        '<?xml version="1.0" encoding="UTF-8"?>\n<清单 提供方="114401000074821105" '
                        f'生成时间="2018-06-01T23:59:59+08:00">\n{quality.entry}</清单>\n'
                    ).encode()
                    self.send(len(body))
                    self.wfile.write(body)
                else:
                    with open(quality.path, "rb") as file:
                        self.send(os.fstat(file.fileno()).st_size)
                        self.connection.sendfile(file)

            def send(self, size):
                self.send_response(200)
                self.send_header("Content-Type", "application/xml")
                self.send_header("Content-Length", str(size))
                self.end_headers()
                self.wfile.flush()

            def log_message(self, *arguments):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
