// The browser's side of a console: bytes from the websocket into a terminal, keys and the window's size back.
"use strict";

(async () => {
    const place = document.getElementById("terminal");
    const notice = document.getElementById("notice");
    const address = new URL(location.href);
    const title = address.searchParams.get("title");
    if (title) {
        document.title = title;
    }

    const load = (name) => new Promise((done) => {
        const script = document.createElement("script");
        script.src = name;
        script.onload = script.onerror = done;
        document.head.append(script);
    });

    // xterm.js from 3 on, and term.js, which it grew from: they differ in how they tell what is typed.
    const emulated = (typed) => {
        const terminal = new window.Terminal({ cols: 80, rows: 24, cursorBlink: true, screenKeys: true, useStyle: true });
        terminal.open(place);
        if (terminal.onData) {
            terminal.onData(typed);
        } else {
            terminal.on("data", typed);
        }
        terminal.focus();
        return {
            write: (text) => terminal.write(text),
            cell: () => {
                const screen = place.querySelector(".xterm-screen") || place.querySelector(".terminal");
                const box = screen.getBoundingClientRect();
                return { width: box.width / terminal.cols, height: box.height / terminal.rows };
            },
            resize: (columns, rows) => terminal.resize(columns, rows),
        };
    };

    const KEYS = {
        Enter: "\r", Backspace: "\x7f", Tab: "\t", Escape: "\x1b", Delete: "\x1b[3~", Home: "\x1b[H", End: "\x1b[F",
        ArrowUp: "\x1b[A", ArrowDown: "\x1b[B", ArrowRight: "\x1b[C", ArrowLeft: "\x1b[D",
    };
    const KEPT = 200000;

    // Lines without colours or movements: enough for a shell, not for an editor.
    const plain = (typed) => {
        const lines = document.createElement("pre");
        place.append(lines);
        document.addEventListener("keydown", (event) => {
            let keys = KEYS[event.key];
            if (event.ctrlKey && /^[a-z@[\]\\^_]$/i.test(event.key)) {
                keys = String.fromCharCode(event.key.toUpperCase().charCodeAt(0) & 31);
            } else if (!keys && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
                keys = event.key;
            }
            if (keys && !event.metaKey) {
                event.preventDefault();
                typed(keys);
            }
        });
        document.addEventListener("paste", (event) => typed(event.clipboardData.getData("text")));
        return {
            write: (text) => {
                const words = text.replace(/\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\x07\r]/g, "");
                let shown = lines.textContent;
                for (const character of words) {
                    shown = character === "\b" ? shown.slice(0, -1) : shown + character;
                }
                lines.textContent = shown.slice(-KEPT);
                lines.scrollTop = lines.scrollHeight;
            },
            cell: () => {
                const probe = document.createElement("span");
                probe.textContent = "m".repeat(80);
                lines.append(probe);
                const box = probe.getBoundingClientRect();
                probe.remove();
                return { width: box.width / 80, height: parseFloat(getComputedStyle(lines).lineHeight) };
            },
            resize: () => {},
        };
    };

    for (const name of ["xterm.js", "term.js"]) {
        if (!window.Terminal) {
            await load(name);
        }
    }

    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    address.hash = "";
    const socket = new WebSocket(address, ["console.nova-docker"]);
    socket.binaryType = "arraybuffer";
    const encoder = new TextEncoder();
    const decoder = new TextDecoder();
    const typed = (text) => socket.readyState === WebSocket.OPEN && socket.send(encoder.encode(text));
    const terminal = window.Terminal ? emulated(typed) : plain(typed);

    // A scroll bar may take a little of the width.
    const fit = () => {
        const cell = terminal.cell();
        const columns = Math.max(20, Math.floor((place.clientWidth - 16) / cell.width));
        const rows = Math.max(5, Math.floor(place.clientHeight / cell.height));
        terminal.resize(columns, rows);
        if (socket.readyState === WebSocket.OPEN) {
            socket.send(JSON.stringify({ columns, rows }));
        }
    };

    let opened = false;
    socket.onopen = () => {
        opened = true;
        notice.textContent = window.Terminal ? "" :
            "There is no terminal emulator on this host, so this is lines of text: install xterm.js (Debian's libjs-xterm, " +
            "before Debian 13 libjs-term.js), or name its folder with html5_path in [console].";
        fit();
        window.addEventListener("resize", fit);
    };
    socket.onmessage = (event) => terminal.write(decoder.decode(event.data, { stream: true }));
    socket.onclose = (event) => {
        notice.textContent = opened ? "Closed. " + event.reason :
            "This console could not be opened. Its address is good once, and not for long: ask for a new one.";
    };
})();
