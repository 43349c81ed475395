"""FastAPI with uvicorn, websockets and uvloop, and the ConnectionManager of FastAPI's own manual.

usage: fastapi_manager.py PORT [--tls CERTIFICATE KEY] [--deflate]
"""

import asyncio
import json
import sys
import time

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

TOKENS_PER_TICK = 8  # as in the floor server

app = FastAPI()


class ConnectionManager:
    def __init__(self) -> None:
        self.active_connections: list[WebSocket] = []

    async def connect(self, websocket: WebSocket) -> None:
        await websocket.accept()
        self.active_connections.append(websocket)

    def disconnect(self, websocket: WebSocket) -> None:
        self.active_connections.remove(websocket)

    async def broadcast(self, message: str) -> None:
        for connection in self.active_connections:
            await connection.send_text(message)


manager = ConnectionManager()


def event_of(stream: int, index: int) -> dict:
    """Token `index` of a stream, as TokenText of 4 bytes has it (token_text.h)."""
    return {
        "type": "token",
        "seq": index + 1,
        "event_id": f"evt_01930000-0000-7000-8000-{index:012x}",
        "thread_id": f"thread-{stream:04}",
        "run_id": f"run_01930000-0000-7000-8000-{stream:012x}",
        "timestamp": 1757880000.123,
        "agent_name": "default",
        "payload": {"part_id": "p1", "delta": f" w{index % 64:02}"},
    }


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        pass


@app.websocket("/sub")
@app.websocket("/idle")
async def subscribe(websocket: WebSocket) -> None:
    await manager.connect(websocket)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        manager.disconnect(websocket)


@app.websocket("/pub")
async def publish(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            await manager.broadcast(await websocket.receive_text())
    except WebSocketDisconnect:
        pass


@app.websocket("/stream")
async def stream(websocket: WebSocket, rate: float, stream: int) -> None:
    await websocket.accept()
    try:
        await websocket.receive_text()
        begun = time.monotonic()
        sent = 0
        while True:
            due = min(int((time.monotonic() - begun) * rate), sent + TOKENS_PER_TICK)
            while sent < due:
                await websocket.send_text(json.dumps(event_of(stream, sent), separators=(",", ":")))
                sent += 1
            await asyncio.sleep(max(0.0, begun + (sent + 1) / rate - time.monotonic()))
    except Exception:  # the generator resets its connections
        pass


def main() -> None:
    port, *rest = sys.argv[1:]
    tls = {}
    if "--tls" in rest:
        at = rest.index("--tls")
        tls = {"ssl_certfile": rest[at + 1], "ssl_keyfile": rest[at + 2]}
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        ws="websockets",
        ws_per_message_deflate="--deflate" in rest,
        backlog=4096,
        log_level="critical",
        **tls,
    )


if __name__ == "__main__":
    main()
