import ArgumentParser
import NIOCore
import NIOHTTP1
import NIOPosix

/// What SwiftNIO can do on this machine at all: a server that reads a body, throws it away and answers with bytes
/// made beforehand. It runs in a process of its own, as the ledger's server does.
struct BareNIOCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bare-nio",
        abstract: "Serve fixed answers until killed: 201 and a body to each POST, an empty 200 to each GET.")

    @Option(help: "Bytes of the answer to a POST.")
    var answerBytes = 1_900

    func run() throws {
        let answer = ByteBuffer(repeating: UInt8(ascii: "x"), count: answerBytes)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let channel = try ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(BareHandler(answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        Terminal.say("listening on http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
        try channel.closeFuture.wait()
    }
}

private final class BareHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: ByteBuffer
    private var isPost = false

    init(answer: ByteBuffer) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): isPost = head.method == .POST
        case .body: break
        case .end: respond(context)
        }
    }

    private func respond(_ context: ChannelHandlerContext) {
        var head = HTTPResponseHead(version: .http1_1, status: isPost ? .created : .ok)
        head.headers.add(name: "Content-Type", value: "application/json")
        head.headers.add(name: "Content-Length", value: String(isPost ? answer.readableBytes : 0))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if isPost { context.write(wrapOutboundOut(.body(.byteBuffer(answer))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
