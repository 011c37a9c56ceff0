import AsyncHTTPClient
import Foundation
import LedgerCrypto
import NIOCore
import NIOHTTP1

/// A time authority (RFC 3161) on the network, asked over HTTP (§3.4).
struct TimestampAuthority: Sendable {
    let address: String
    /// Under which its answers are verified before they are kept; nil where nobody gave a CA file.
    let roots: TimestampRoots?
    /// What it may take altogether. Nothing of the log waits for it.
    let patience: TimeAmount

    /// - Parameters:
    ///   - address: `http://…` or `https://…`; the answer is signed, so that HTTP is enough for it.
    ///   - caFile: certificates in PEM.
    init(_ address: String, caFile: String?, patience: TimeAmount) throws {
        guard let url = URL(string: address), let scheme = url.scheme, ["http", "https"].contains(scheme),
            url.host != nil
        else {
            throw CommandFailure.usage(
                "--timestamp-authority takes an address such as http://tsa.example.com/tsr, not \(address)")
        }
        self.address = address
        self.patience = patience
        roots = try caFile.map { file in
            let pem = try Files.read(file)
            do {
                return try TimestampRoots(pem: pem)
            } catch { throw CommandFailure.usage("\(file) is no CA file: \(error)") }
        }
    }

    /// Asks for a timestamp of what has `imprint`, and takes only the answer to that.
    func stamp(_ imprint: Digest) async throws -> TimestampToken {
        let request = try TimestampRequest(imprint: imprint)
        let answer = try await post(request.der)
        do {
            let token = try TimestampToken(parsing: answer)
            try token.requireAnswer(to: request)
            if let roots { try token.verify(imprint: imprint, under: roots) }
            return token
        } catch {
            throw CommandFailure.failed("\(address) gave no timestamp: \(error)")
        }
    }

    private func post(_ body: [UInt8]) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/timestamp-query")
        request.headers.add(name: "accept", value: "application/timestamp-reply")
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            let response = try await ServerClient.http.execute(request, timeout: patience)
            guard response.status == .ok else {
                throw CommandFailure.notReached("\(address) answers \(response.status.code): try again later")
            }
            let type = response.headers.first(name: "content-type") ?? "nothing"
            guard type.lowercased().hasPrefix("application/timestamp-reply") else {
                throw CommandFailure.failed("\(address) is no time authority: it answers with \(type.prefix(80))")
            }
            return Array(buffer: try await response.body.collect(upTo: TimestampToken.maxByteCount))
        } catch let failure as CommandFailure {
            throw failure
        } catch is NIOTooManyBytesError {
            throw CommandFailure.failed("\(address) answers with more than a timestamp can have")
        } catch {
            throw CommandFailure.notReached("cannot reach \(address): \(ServerClient.words(error)): try again later")
        }
    }
}
