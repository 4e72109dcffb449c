"""The proxies of deploy/examples on a stage, with a certificate of their own."""

import os
import subprocess

import stage


def read_example(scene, name, example, marks):
    """Makes a certificate, and puts ours into an example, (mark, ours), where each mark stands once. Returns its path and
    the text."""
    key, certificate = (scene.path(f"{name}.{end}") for end in ("key", "pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "2", "-subj", "/CN=concordat.example"], check=True, capture_output=True)
    with open(os.path.join(stage.SOURCE, "deploy", "examples", example), encoding="utf-8") as file:
        text = file.read()
    for mark, ours in (*marks, ("/etc/ssl/certs/concordat.pem", certificate), ("/etc/ssl/private/concordat.key", key)):
        assert text.count(mark) == 1
        text = text.replace(mark, ours)
    return certificate, text


def start_proxy(scene, name, port, upstream, more="", room=512):
    """Starts nginx in front of the unix socket `upstream`, with `more` in its last server and room for so many connections.
    NAME.sent has the path of each answer, and how many bytes were sent. Returns the path of its certificate."""
    certificate, text = read_example(scene, name, "nginx.conf", (
        ("unix:/run/concordat-gateway.sock", f"unix:{upstream}"), ("listen 443", f"listen 127.0.0.1:{port}"),
        ("access_log off", f"access_log {scene.path(name + '.sent')} sent")))
    text = f"{text.rstrip().removesuffix('}')}{more}}}"
    folders = "".join(f"{kind}_temp_path {scene.path(name + kind)};" for kind in
                      ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config = scene.path(f"{name}.conf")
    stage.write(config, [f"daemon off; pid {scene.path(name + '.pid')}; error_log stderr notice;",
                         f"{'user root;' if os.geteuid() == 0 else ''} events {{ worker_connections {room}; }} http {{ {folders}",
                         "log_format sent '$uri $bytes_sent';", text, "}"],
                0o600)
    scene.start(name, "nginx", "-c", config, "-e", "stderr", ready="start worker process")
    return certificate


def start_caddy(scene, name, port, upstream):
    """The same with Caddy, which has no port and no folder but ours."""
    certificate, text = read_example(scene, name, "Caddyfile", (("unix//run/concordat-gateway.sock", f"unix/{upstream}"),
                                                                ("example:443 {", f"example:{port} {{\n\tbind 127.0.0.1"),
                                                                ("{\n\tservers", "{\n\tadmin off\n\tauto_https off\n\tservers")))
    config = scene.path(f"{name}.caddy")
    stage.write(config, [text], 0o600)
    scene.start(name, "caddy", "run", "--adapter", "caddyfile", "--config", config, ready="serving initial configuration",
                env={**os.environ, "HOME": scene.path(), "XDG_DATA_HOME": scene.path(), "XDG_CONFIG_HOME": scene.path()})
    return certificate
