import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// One connection: HTTP/1.1, with single events taken by `DirectHandler` before they reach Hummingbird.
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
            let pipeline = channel.pipeline.syncOperations
            // A peer that takes no answers is asked for no more requests.
            let backPressure = BackPressureHandler()
            try pipeline.addHandler(backPressure)
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoder)
            let life = ConnectionLife(idleTime: .seconds(Int64(limits.idleSeconds)))
            try pipeline.addHandler(life)
            let submissions = DirectHandler(
                responder: ledger, logger: logger, life: life,
                encoder: try pipeline.context(handlerType: HTTPResponseEncoder.self))
            try pipeline.addHandler(submissions)
            try pipeline.addHandler(
                WholeEventHandler(before: submissions, limits: limits), position: .after(backPressure))
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
