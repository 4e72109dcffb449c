"""The proxy of deploy/examples/nginx.conf on a stage, with a certificate of its own."""

import os
import subprocess

import stage


def start_proxy(scene, name, port, upstream):
    """Starts nginx in front of the unix socket `upstream`. Returns the path of its certificate."""
    key, certificate, config = (scene.path(f"{name}.{end}") for end in ("key", "pem", "conf"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "2", "-subj", "/CN=concordat.example"], check=True, capture_output=True)
    with open(os.path.join(stage.SOURCE, "deploy", "examples", "nginx.conf"), encoding="utf-8") as file:
        text = file.read()
    for mark, ours in (("unix:/run/concordat/gateway", f"unix:{upstream}"), ("443", f"127.0.0.1:{port}"),
                       ("/etc/ssl/certs/concordat.pem", certificate), ("/etc/ssl/private/concordat.key", key)):
        assert text.count(mark) == 1
        text = text.replace(mark, ours)
    folders = "".join(f"{kind}_temp_path {scene.path(name + kind)};" for kind in
                      ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    stage.write(config, [f"daemon off; pid {scene.path(name + '.pid')}; error_log stderr notice;",
                         f"{'user root;' if os.geteuid() == 0 else ''} events {{}} http {{ {folders}", text, "}"],
                0o600)
    scene.start(name, "nginx", "-c", config, "-e", "stderr", ready="start worker process")
    return certificate
