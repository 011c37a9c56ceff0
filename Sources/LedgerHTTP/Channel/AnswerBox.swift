import NIOCore
import Synchronization

/// Replies on their way from the sequencer's thread to one event loop, which fetches all that have come by then: to be
/// woken for each of a commit's hundreds costs it more than making the answer.
final class AnswerBox: Sendable {
    private let loop: any EventLoop
    private let replies = Mutex<[(Acknowledged, NIOLoopBound<SubmissionHandler.Waiting>)]>([])

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func put(_ reply: Acknowledged, for waiting: NIOLoopBound<SubmissionHandler.Waiting>) {
        let isFirst = replies.withLock { replies in
            replies.append((reply, waiting))
            return replies.count == 1
        }
        if isFirst { loop.execute { self.deliver() } }
    }

    private func deliver() {
        let come = replies.withLock { replies in
            defer { replies = [] }
            return replies
        }
        for (reply, waiting) in come { waiting.value.answer(reply) }
    }
}

/// The box of each event loop that has connections.
final class AnswerBoxes: Sendable {
    private let boxes = Mutex<[ObjectIdentifier: AnswerBox]>([:])

    func box(of loop: any EventLoop) -> AnswerBox {
        boxes.withLock { boxes in
            if let box = boxes[ObjectIdentifier(loop)] { return box }
            let box = AnswerBox(loop)
            boxes[ObjectIdentifier(loop)] = box
            return box
        }
    }
}
