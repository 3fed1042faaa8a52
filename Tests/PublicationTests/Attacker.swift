import Access
import CanonicalJSON
import CreditModel
import CreditStore
import ExchangeAPI
import FeedTransport
import Foundation
import Glibc
import ProfileChanges
import Publication
import SQLiteAccess
@testable import SQLiteStore
import Signing
import Synchronization
import Watches

/// Somebody with a key, or without, who sends what he likes.
struct Attacker: Sendable {
    let key: String
    let port: Int

    func send(_ method: String, _ target: String, _ body: String? = nil, _ headers: [String] = []) throws -> HTTPAnswer
    {
        var lines = headers
        if !headers.contains(where: { $0.lowercased().hasPrefix("authorization:") }) {
            lines.append("Authorization: Bearer \(key)")
        }
        if body != nil, !headers.contains(where: { $0.lowercased().hasPrefix("content-type:") }) {
            lines.append("Content-Type: application/json")
        }
        return try HTTPCall.send(method, target, port: port, headers: lines, body: body)
    }

    func get(_ target: String, _ headers: [String] = []) throws -> HTTPAnswer { try send("GET", target, nil, headers) }

    func json(_ method: String, _ target: String, _ body: String? = nil) throws -> JSONValue {
        try JSONValue(parsing: send(method, target, body).body)
    }

    /// Every byte but those that carry no meaning in a URL.
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = 0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
            let hexadecimal = String(byte, radix: 16)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + hexadecimal
        }.joined()
    }
}

/// A world with something in each of several sections, and names for those who look for leaks.
enum Town {
    static let code = "91440101MA5AK9RM4X"
    static let name = "广州星河电子有限公司"

    private static func extra(_ penalties: String, _ tax: String) -> String {
        #","penalties":[{"records":[1],"result":"\#(penalties)"}],"tax":{"state":{"records":[2],"value":"\#(tax)"}}"#
            + #","records":[{"agency":"hongdun","dataset":"registration","key":"P1","role":"subject"},"#
            + #"{"agency":"hongdun","dataset":"penalty","key":"KEY-PENALTY","role":"subject"},"#
            + #"{"agency":"statetax","dataset":"NSRXX","key":"KEY-TAX","role":"subject"}]"#
            + #","sources":{"hongdun":{"penalty":1,"registration":1},"statetax":{"NSRXX":1}}"#
    }

    /// Puts the enterprise; its registration, penalties and tax each say a word of their own.
    static func put(_ world: World, name: String = name, penalties: String = "SAYS-PENALTY", tax: String = "SAYS-TAX")
        throws
    {
        let card = SearchCard(
            names: [SearchCard.Name(name, .present)],
            state: "K",
            district: "440106",
            industry: "F5179",
            representative: "张三",
            address: "天河路一号"
        )
        try world.put("P1", name: name, codes: [code], extra: extra(penalties, tax), card: card)
    }

    static func world() throws -> World {
        let world = try World()
        try put(world)
        for number in 2...3 { try world.put("P\(number)", name: "深圳海河\(number)号商贸有限公司") }
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        return world
    }

    /// Something of each kind that belongs to clients: an event for their webhooks, and a retraction.
    static func tell(_ desk: FrontDesk, _ clients: ClientID...) throws { try tell(desk, clients) }

    static func tell(_ desk: FrontDesk, _ clients: [ClientID]) throws {
        try desk.watches.advance(FollowingStep(from: nil, to: 1, moment: 0)) { _, _ in Audience() }
        var event = WatchEvent(.retracted, of: World.id("P1"), change: 2, status: "sha256:2", moment: World.now)
        let record = ProfileRecord(agency: "hongdun", dataset: "penalty", key: "KEY-PENALTY", role: "subject")
        event.retracted = [RetractedRecord(record: record, sections: ["penalties"])]
        event.retraction = RetractionID(bits: 77 << 40)
        let step = FollowingStep(from: 1, to: 2, events: [event], moment: World.now * 1000)
        try desk.watches.advance(step) { event, watchers in
            var audience = Audience()
            audience.webhooks = watchers.webhooks.filter { clients.contains($0.client) }
            audience.retractions = clients.map { ($0, .watch, event) }
            return audience
        }
    }
}

/// A receiver of webhooks that answers with the bytes of a test, and keeps what it was sent.
final class RawReceiver: Sendable {
    let port: Int
    private let descriptor: Int32
    private let state: Mutex<(answer: [UInt8], requests: [String])>

    /// What came, head and body.
    var requests: [String] { state.withLock { $0.requests } }

    init(answering answer: String) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        state = Mutex((Array(answer.utf8), []))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int32 in
                guard unsafe bind(descriptor, address, length) == 0, listen(descriptor, 8) == 0 else { return -1 }
                return unsafe getsockname(descriptor, address, &length)
            }
        }
        guard result == 0 else { throw HTTPCall.Failure(what: "listen") }
        port = Int(UInt16(bigEndian: address.sin_port))
        // It listens until the tests end.
        Thread.detachNewThread { [self] in serve() }
    }

    func answers(_ text: String) { state.withLock { $0.answer = Array(text.utf8) } }

    private func serve() {
        while case let connection = accept(descriptor, nil, nil), connection >= 0 {
            var request: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65536)
            while !isWhole(request) {
                let count = unsafe buffer.withUnsafeMutableBytes {
                    unsafe recv(connection, $0.baseAddress, $0.count, 0)
                }
                guard count > 0 else { break }
                request += buffer[..<count]
            }
            let answer = state.withLock { state in
                state.requests.append(String(decoding: request, as: UTF8.self))
                return state.answer
            }
            _ = unsafe answer.withUnsafeBytes { unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            _ = close(connection)
        }
    }

    private func isWhole(_ request: [UInt8]) -> Bool {
        let text = String(decoding: request, as: UTF8.self).lowercased()
        guard let end = text.range(of: "\r\n\r\n"), let field = text.range(of: "content-length:") else { return false }
        let length = Int(text[field.upperBound...].prefix { $0 != "\r\n" }.filter(\.isNumber)) ?? 0
        return text[end.upperBound...].utf8.count >= length
    }
}

/// Makes tokens as this exchange does, and others.
struct Forger: Sendable {
    let issuer: String
    let client: ClientID

    /// A token that is good but for what is said of it.
    func sign(_ changes: [String: JSONValue], by key: SigningKey, as type: DocumentType = .accessToken) throws -> String
    {
        let claims: [String: JSONValue] = [
            "aud": .string(issuer), "client_id": .string(client.text), "exp": .integer(World.now + 600),
            "iat": .integer(World.now), "iss": .string(issuer), "jti": .string("t0"),
            "scope": .string(ScopeSet.all.description), "sub": .string(client.text),
        ]
        let payload = JSONValue.object(claims.merging(changes) { $1 }).canonical
        return String(decoding: try key.sign(payload, as: type).compact, as: UTF8.self)
    }
}

extension FrontDesk {
    /// What the journal says of whom it did not let in.
    func refusals() throws -> [QueryEntry] {
        gate.settleRefusals(at: World.now * 1000, isLast: true)
        try journal.flush()
        return try records.entries(JournalFilter(limit: 100_000)).filter { $0.refusal != nil }
    }
}

extension ProvingStore {
    /// What a rebuild does with a tree that is wrong, until the next status makes another.
    func giveUpTree() throws {
        try (self as? SQLiteStore)?.write { db in
            for table in ["tree", "tree_page", "tree_part", "tree_news"] { try db.run("DELETE FROM \(table)") }
        }
    }
}
