import NIOCore
import NIOHTTP1

/// Ends a connection in its time: one on which nothing moves, and, when the server shuts down, one that has no
/// request left to answer.
final class ConnectionLife: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let idleTime: TimeAmount
    private var lastMove = NIODeadline.now()
    /// A head, a piece of a body or its end has come with what is being read.
    private var hasMoved = false
    /// Requests that have begun and are not answered.
    private var unanswered = 0
    private var isReading = false
    private var endsWithAnswer = false
    private var timer: Scheduled<Void>?

    init(idleTime: TimeAmount) {
        self.idleTime = idleTime
    }

    func handlerAdded(context: ChannelHandlerContext) {
        lookAgain(context, in: idleTime)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    /// One timer a connection: it looks when the connection would be idle if nothing moved meanwhile.
    private func lookAgain(_ context: ChannelHandlerContext, in time: TimeAmount) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
            // Who waits for an answer may wait; who does not take the one that is there is idle.
            let isAnswering = unanswered > 0 && !isReading && context.channel.isWritable
            let rest = isAnswering ? idleTime : lastMove + idleTime - .now()
            if rest > .zero { lookAgain(context, in: rest) } else { context.close(promise: nil) }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasMoved = true
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            isReading = true
        case .body: break
        case .end: isReading = false
        }
        context.fireChannelRead(data)
    }

    /// Takes note of a request that came whole, and past here.
    func beginWhole() {
        lastMove = .now()
        unanswered += 1
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasMoved { lastMove = .now() }
        hasMoved = false
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data), isLast() else { return context.write(data, promise: promise) }
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        context.writeAndFlush(data, promise: written)
    }

    /// Takes note of the end of an answer. True where the connection is to end with it.
    func isLast() -> Bool {
        lastMove = .now()
        unanswered -= 1
        return unanswered == 0 && endsWithAnswer
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        lastMove = .now()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        if unanswered > 0 { endsWithAnswer = true } else { context.close(promise: nil) }
    }
}
