import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// One connection: HTTP/1.1, with single events and reads taken by `DirectHandler` before they reach Hummingbird.
///
/// Hummingbird's own channel but for that handler and `WholeEventHandler`, which hands it what needs no decoding. It works
/// on NIO's own types, before they are made Hummingbird's; so the watch over idle connections stands before it too.
struct LedgerChannel: ServerChildChannel, HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let ledger: LedgerResponder
    let limits: RequestLimits

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var decoder = NIOHTTPDecoderLimitConfiguration()
            decoder.maxHeaderFieldSize = limits.head
            decoder.maxHeaderListSize = limits.head
            decoder.maxHeaderFieldCount = RequestLimits.fields
            // So that most events come in one piece, also where the ones before were small.
            try channel.syncOptions?.setOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 16 << 10, initial: 16 << 10, maximum: 64 << 10))
            let pipeline = channel.pipeline.syncOperations
            // A peer that takes no answers is asked for no more requests.
            try pipeline.addHandler(BackPressureHandler())
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoder)
            let life = ConnectionLife(idleTime: .seconds(Int64(limits.idleSeconds)))
            try pipeline.addHandler(life)
            let direct = DirectHandler(
                responder: ledger, logger: logger, life: life,
                encoder: try pipeline.context(handlerType: HTTPResponseEncoder.self))
            try pipeline.addHandler(direct)
            try pipeline.addHandler(WholeEventHandler(before: direct, limits: limits), position: .first)
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
