import ApprovalEvents
import HTTPTypes
import LedgerEngine
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// Answers without a task or a stream what most requests ask: single events (`POST /v1/events` with one event of known
/// length), which go to the sequencer and come back, and what is read of the log's files, on threads that may wait for the
/// disk. Everything else passes through.
///
/// It decides nothing itself: who may submit or read, what is refused and how, and the answer are `LedgerResponder`'s.
///
/// Answers leave in the order of the requests, also where a peer sends the next before it has the last one's answer:
/// behind a request that passed through, everything passes through until that is answered; and what comes behind a
/// request of ours is held here until we have answered.
final class DirectHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let responder: LedgerResponder
    private let logger: Logger
    private let life: ConnectionLife
    /// Where what is written is bytes already: our answers are made in one piece.
    private let encoder: ChannelHandlerContext
    private var context: ChannelHandlerContext?
    private var state = State.passing
    /// Requests that passed through and have no answer yet.
    private var passed = 0
    /// Something has passed through that nobody was told is all for the moment.
    private var isPassOpen = false
    /// What came behind a request of ours, and waits for its answer or for the peer to take answers. From then on reading
    /// stops, so it is one loop's reading.
    private var held: ArraySlice<Held> = []
    private var isReadHeld = false
    /// What is held is being gone through.
    private var isGoingOn = false
    /// The peer is gone: whoever waits is answered for the count only, and nothing more is taken.
    private var isClosed = false
    private var shown: ShownCredential?
    /// The time that the peer was told to wait for when it found the inbox full.
    private var toldToWait = NIODeadline.uptimeNanoseconds(0)

    private enum State {
        case passing
        case reading(Delivery)
        case asked(Question)
        /// With the sequencer or with whoever reads; or refused, and the answer is held.
        case waiting
    }

    /// A request that has begun, for those who count.
    private struct Begun {
        let method: String
        let resource: Resource
        let start: ContinuousClock.Instant
    }

    private struct Question {
        let request: ReadRequest
        let start: ContinuousClock.Instant

        var begun: Begun { Begun(method: "GET", resource: request.resource, start: start) }
    }

    private enum Held {
        case part(HTTPServerRequestPart)
        case event(Any)
        case error(any Error)
    }

    private final class Delivery {
        let fields: SubmissionFields
        let start: ContinuousClock.Instant
        /// Who submits, or why not: decided when the request begins, so that a shutdown answers what has begun.
        let caller: Result<Caller, any Error>
        var body: [UInt8] = []

        var begun: Begun { Begun(method: "POST", resource: .events, start: start) }

        init(_ fields: SubmissionFields, start: ContinuousClock.Instant, caller: Result<Caller, any Error>) {
            self.fields = fields
            self.start = start
            self.caller = caller
        }
    }

    init(responder: LedgerResponder, logger: Logger, life: ConnectionLife, encoder: ChannelHandlerContext) {
        self.responder = responder
        self.logger = logger
        self.life = life
        self.encoder = encoder
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: In

    /// Takes an event that came whole, before anything of it was decoded. False if another request is on its way.
    func take(_ event: WholeEvent) -> Bool {
        guard case .passing = state, passed == 0, held.isEmpty, let context else { return false }
        life.beginWhole()
        let delivery = begin(event.fields)
        delivery.body = event.body
        state = .waiting
        submit(delivery, context)
        return true
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if mustHold { held.append(.part(part)) } else { take(part, context) }
    }

    /// What comes has to wait: for an answer of ours, or behind something that waits for the peer to take its answers.
    private var mustHold: Bool { isWaiting || !held.isEmpty }
    private var isWaiting: Bool { if case .waiting = state { true } else { false } }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch (state, part) {
        case (.passing, .head(let head)):
            if passed == 0, let fields = responder.fieldsOfSingleEvent(head) {
                let delivery = begin(fields)
                delivery.body.reserveCapacity(fields.contentLength ?? 0)
                state = .reading(delivery)
            } else if passed == 0, let request = ReadRequest(head) {
                responder.metrics.requestBegan()
                state = .asked(Question(request: request, start: .now))
            } else {
                passed += 1
                pass(part, context)
            }
        case (.reading(let delivery), .body(let bytes)):
            bytes.withUnsafeReadableBytes { delivery.body.append(contentsOf: $0) }
            if responder.isOverdue(since: delivery.start) { giveUp(delivery, context) }
        case (.reading(let delivery), .end):
            state = .waiting
            submit(delivery, context)
        case (.asked, .body): break
        case (.asked(let question), .end):
            state = .waiting
            read(question, context)
        default: pass(part, context)
        }
    }

    private func pass(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        isPassOpen = true
        context.fireChannelRead(wrapInboundOut(part))
    }

    /// Whoever takes what passes through gathers until this.
    func channelReadComplete(context: ChannelHandlerContext) {
        guard isPassOpen else { return }
        isPassOpen = false
        context.fireChannelReadComplete()
    }

    private func begin(_ fields: SubmissionFields) -> Delivery {
        let start = ContinuousClock.now
        responder.metrics.requestBegan()
        let caller = Result {
            let caller = try responder.submitter(fields, after: &shown)
            do throws(Problem) {
                _ = try responder.deliveryMode(fields)
            } catch {
                responder.noteRefusal(error, of: caller)
                throw error
            }
            return caller
        }
        return Delivery(fields, start: start, caller: caller)
    }

    private func submit(_ delivery: Delivery, _ context: ChannelHandlerContext) {
        responder.metrics.count(receivedBytes: delivery.body.count)
        do {
            let caller = try delivery.caller.get()
            do {
                let event = try responder.event(in: delivery.body, delivery.fields, from: caller)
                let (loop, waiting) = (
                    context.eventLoop, NIOLoopBound((self, delivery, context), eventLoop: context.eventLoop)
                )
                // Events that other connections of this loop have read are submitted first: one commit for all of them.
                responder.submit([event], of: caller, after: loop.execute) { reply in
                    loop.execute {
                        let (handler, delivery, context) = waiting.value
                        handler.answer(delivery.begun, context) { WrittenAnswer(try $0.answer(to: reply)) }
                    }
                }
            } catch {
                responder.noteRefusal(error, of: caller)
                throw error
            }
        } catch {
            answer(delivery.begun, context) { _ in throw error }
        }
    }

    /// Reads on a thread that may wait: a page that is not in the cache takes ten times as long as its answer, and an event
    /// loop that waits for it holds up everybody on it.
    private func read(_ question: Question, _ context: ChannelHandlerContext) {
        let loop = context.eventLoop
        let waiting = NIOLoopBound((self, context), eventLoop: loop)
        NIOThreadPool.singleton.submit { [responder] _ in
            let outcome = Result { WrittenAnswer(try responder.answer(question.request)) }
            loop.execute {
                let (handler, context) = waiting.value
                handler.answer(question.begun, context) { _ in try outcome.get() }
            }
        }
    }

    // MARK: Out

    private func answer(
        _ begun: Begun, _ context: ChannelHandlerContext, _ outcome: (LedgerResponder) throws -> WrittenAnswer
    ) {
        do {
            write(try outcome(responder), to: begun, context)
            goOn(context)
        } catch {
            refuse(error, begun, context)
        }
    }

    /// A peer that found the inbox full, and sends again before the time that it was told is over, is tried at once; refused
    /// again, it is answered when that time is over. Else it would send at once again, and refusals take what commits need.
    private func refuse(_ error: any Error, _ begun: Begun, _ context: ChannelHandlerContext) {
        let refusal = responder.refusal(of: error, begun.resource, logger)
        var wait = TimeAmount.zero
        let kind = Problem(answering: error).type
        if kind == .inboxFull, let seconds = kind.retryAfter {
            let now = NIODeadline.now()
            wait = max(.zero, toldToWait - now)
            toldToWait = now + wait + .seconds(Int64(seconds))
        }
        guard wait > .zero else {
            write(WrittenAnswer(refusal), to: begun, context)
            return goOn(context)
        }
        // The time that an answer is held is the peer's: it does not count as time that the request took.
        let begun = Begun(
            method: begun.method, resource: begun.resource, start: begun.start + .nanoseconds(wait.nanoseconds))
        context.eventLoop.assumeIsolated().scheduleTask(in: wait) { [self] in
            write(WrittenAnswer(refusal), to: begun, context)
            goOn(context)
        }
    }

    private func write(_ answer: WrittenAnswer, to begun: Begun, _ context: ChannelHandlerContext) {
        responder.finish(begun.method, begun.resource, status: answer.status, since: begun.start, logger)
        guard !isClosed else { return }
        guard life.isLast() else { return encoder.writeAndFlush(NIOAny(answer.bytes), promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        encoder.writeAndFlush(NIOAny(answer.bytes), promise: written)
    }

    /// The next request's turn.
    private func goOn(_ context: ChannelHandlerContext) {
        state = .passing
        takeHeld(context)
    }

    /// Goes through what is held, until something of it has to be waited for: an answer, or a peer that takes none.
    private func takeHeld(_ context: ChannelHandlerContext) {
        // An answer that is there at once comes back here.
        guard !isGoingOn else { return }
        isGoingOn = true
        while !isClosed, !isWaiting, context.channel.isWritable, let next = held.popFirst() {
            switch next {
            case .part(let part): take(part, context)
            case .event(let event): context.fireUserInboundEventTriggered(event)
            case .error(let error): context.fireErrorCaught(error)
            }
        }
        isGoingOn = false
        guard !isClosed, !mustHold else { return }
        channelReadComplete(context: context)
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !isWaiting, !held.isEmpty { takeHeld(context) }
        context.fireChannelWritabilityChanged()
    }

    /// The peer is too slow: it is told so, and let go.
    private func giveUp(_ delivery: Delivery, _ context: ChannelHandlerContext) {
        state = .waiting
        if case .success(let caller) = delivery.caller {
            responder.noteRefusal(LedgerResponder.bodyTookTooLong, of: caller)
        }
        let refusal = responder.refusal(of: LedgerResponder.bodyTookTooLong, .events, logger)
        write(WrittenAnswer(refusal), to: delivery.begun, context)
        context.close(promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { passed -= 1 }
        context.write(data, promise: promise)
    }

    func read(context: ChannelHandlerContext) {
        // A peer that waits for its answer sends nothing: to stop reading for it would cost two system calls a request.
        if held.isEmpty { context.read() } else { isReadHeld = true }
    }

    /// That the peer will send no more, above all: whoever hears it closes the connection, so our answer goes first.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if mustHold { held.append(.event(event)) } else { context.fireUserInboundEventTriggered(event) }
    }

    /// What follows a request of ours may be no HTTP. Whoever hears it answers 400 and closes: after our answer.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if mustHold { held.append(.error(error)) } else { context.fireErrorCaught(error) }
    }

    /// A peer that goes away in the middle of its body gets no answer; the request is over all the same. What it sent
    /// behind a request that waits is not begun.
    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        held = []
        switch state {
        case .reading(let delivery): end(delivery.begun)
        case .asked(let question): end(question.begun)
        case .passing, .waiting: break
        }
        context.fireChannelInactive()
    }

    private func end(_ begun: Begun) {
        state = .passing
        responder.finish(begun.method, begun.resource, status: 400, since: begun.start, logger)
    }
}

extension LedgerResponder {
    /// The fields of a request that brings one event in one piece and is kept simple: its length is given and within
    /// the limit, and nothing is asked of the connection. Nil for all other requests.
    func fieldsOfSingleEvent(_ request: HTTPRequestHead) -> SubmissionFields? {
        guard request.method == .POST, request.uri == Resource.events.template, request.version == .http1_1 else {
            return nil
        }
        let fields = SubmissionFields(request.headers)
        guard let length = fields.contentLength, (0...configuration.limits.event).contains(length),
            !fields.asksForMore
        else { return nil }
        switch fields.mode {
        case .structured?, .binary?: return fields
        case .batch?, .lines?, nil: return nil
        }
    }

    func isOverdue(since start: ContinuousClock.Instant) -> Bool {
        ContinuousClock.now > start + .seconds(configuration.limits.bodySeconds)
    }
}
