import CanonicalJSON
import CreditModel
import CreditStore
import Foundation
import HashTree
import Publication
import Signing
import Synchronization
import Testing

/// That an answer is current, or that nothing is known, is proven by what comes with it, offline; and by nothing else.
@Suite("Currency and absence")
struct ProofTests {
    private static let code = "91440101MA5AK9RM4X"

    /// What a platform keeps of an answer.
    struct Kept {
        var document: [UInt8]
        var proof: String
        var status: [UInt8]
    }

    private static func world(_ count: Int = 30) throws -> World {
        let world = try World()
        for number in 1...count { try world.put("P\(number)", name: "企业\(number)") }
        try world.put("P1", name: "企业一", codes: [code], aliases: [World.id("P0")])
        return world
    }

    private static func publish(_ world: World, at time: Int64 = World.now) throws {
        try world.publisher.signProfiles(at: time)
        try world.publisher.publishStatus(at: time, day: World.day)
    }

    private static func ask(_ name: String, _ port: Int) throws -> Kept {
        let answer = try HTTPCall.send("GET", "/v1/enterprises/\(name)", port: port)
        let digest = try #require(answer.headers["suixin-status"])
        let status = try HTTPCall.send("GET", "/v1/sources/\(digest)", port: port)
        #expect(status.status == 200)
        var document = answer.body
        if answer.status == 404 {
            guard case .object(let problem) = try JSONValue(parsing: document), let absence = problem["absence"] else {
                throw HTTPCall.Failure(what: answer.text)
            }
            document = absence.canonical
        }
        return Kept(document: document, proof: try #require(answer.headers["suixin-proof"]), status: status.body)
    }

    /// A platform with the public keys and nothing else.
    private struct Judge: Sendable {
        let keys: KeySet

        func verdict(_ kept: Kept, asked: String? = nil, seen: Int64? = nil, at now: Int64 = World.now) -> Verification
        {
            let positions = seen.map { [World.issuer: $0] } ?? [:]
            return Verifier(keys: keys, now: now, issuer: World.issuer, seen: positions).verify(
                kept.document,
                beside: .init(status: kept.status, proof: kept.proof, asked: asked)
            )
        }
    }

    @Test("A profile is current by its proof and an unexpired status, whatever it was asked by")
    func current() async throws {
        let world = try Self.world()
        try Self.publish(world)
        let judge = Judge(keys: world.keys)
        try await serving(world) { port throws in
            for name in [World.id("P1").text, World.id("P7").text, Self.code] {
                let kept = try Self.ask(name, port)
                #expect(judge.verdict(kept, asked: name).verdict == .genuineAndCurrent)
                #expect(judge.verdict(kept).verdict == .genuineAndCurrent)
                #expect(judge.verdict(kept, asked: World.id("P9").text).verdict == .genuineNotCurrent)
                #expect(judge.verdict(kept, asked: name, at: World.now + 7200).verdict == .genuineNotCurrent)
                #expect(judge.verdict(kept, asked: name, seen: Int64.max).verdict == .genuineNotCurrent)
            }
            let tag = try HTTPCall.send("GET", "/v1/enterprises/\(Self.code)", port: port).headers["etag"] ?? ""
            let unchanged = try HTTPCall.send(
                "GET",
                "/v1/enterprises/\(Self.code)",
                port: port,
                headers: ["If-None-Match: \(tag)"]
            )
            #expect(unchanged.status == 304 && unchanged.headers["suixin-proof"] != nil)
        }
    }

    @Test("That nothing is known is signed and proven, by source, and of that name alone")
    func absence() async throws {
        let world = try Self.world()
        try world.finish()
        try Self.publish(world)
        let judge = Judge(keys: world.keys)
        try await serving(world) { port throws in
            for name in [World.id("never").text, "91440101MA59ABCD1R", "11010519491231002X"] {
                let kept = try Self.ask(name, port)
                let result = judge.verdict(kept, asked: name)
                #expect(result.verdict == .genuineAndCurrent && result.kind == "absence", "\(result.problems)")
                #expect(!result.doesNotProve.contains { $0.hasPrefix("that nothing is known now") })
                #expect(judge.verdict(kept, asked: Self.code).verdict == .genuineNotCurrent)
                #expect(judge.verdict(kept).verdict == .genuineNotCurrent)
                let payload = text(try SignedDocument(parsing: kept.document).unverifiedPayload)
                #expect(payload.contains(#""registration":{"answer":"none""#))
                #expect(payload.contains(#""NSRXX":{"answer":"not-read""#))
                #expect(!payload.contains(name))
            }
        }
    }

    @Test("An id that moved proves where it leads; a code of several proves that")
    func ways() async throws {
        let world = try Self.world()
        try world.put("P2", name: "另一家", codes: [Self.code])
        try Self.publish(world)
        let judge = Judge(keys: world.keys)
        try await serving(world) { port throws in
            let moved = try HTTPCall.send("GET", "/v1/enterprises/\(World.id("P0"))", port: port)
            let field = try #require(ProofField(moved.headers["suixin-proof"] ?? ""))
            #expect(moved.status == 308 && field.steps.map(\.name) == [World.id("P0").text, World.id("P1").text])
            let target = try HTTPCall.send("GET", moved.headers["location"] ?? "", port: port)
            let status = try HTTPCall.send("GET", "/v1/sources", port: port).body
            let kept = Kept(document: target.body, proof: moved.headers["suixin-proof"] ?? "", status: status)
            #expect(judge.verdict(kept, asked: World.id("P0").text).verdict == .genuineAndCurrent)
            let several = try HTTPCall.send("GET", "/v1/enterprises/\(Self.code)", port: port)
            #expect(several.status == 300 && several.headers["suixin-proof"] != nil)
        }
    }

    @Test("A hostile server that keeps all it ever gave can put nothing older together that is current")
    func hostileServer() async throws {
        let world = try Self.world()
        let names = [World.id("P1").text, World.id("P2").text, Self.code, World.id("never").text]
        var kept: [(round: Int, name: String, answer: Kept)] = []
        var positions: [Int64] = []
        for round in 0..<3 {
            try world.put("P1", name: "企业一\(round)", codes: [Self.code], aliases: [World.id("P0")])
            try world.put("P\(40 + round)", name: "新企业\(round)")
            let time = World.now + Int64(round) * 60
            try Self.publish(world, at: time)
            positions.append(try #require(try world.store.latestStatus()).position)
            let answers = Gathered<[Kept]>([])
            try await serving(world, at: time) { port throws in
                for name in names { answers.add(try Self.ask(name, port)) }
            }
            for (name, answer) in zip(names, answers.value) { kept.append((round, name, answer)) }
        }
        let judge = Judge(keys: world.keys)
        let statuses = (0..<3).map { round in kept.first { $0.round == round }?.answer.status ?? [] }
        let now = World.now + 121
        for name in names {
            for document in kept {
                for proof in kept {
                    for (round, status) in statuses.enumerated() {
                        let mix = Kept(document: document.answer.document, proof: proof.answer.proof, status: status)
                        let result = judge.verdict(mix, asked: name, seen: positions[2], at: now)
                        guard result.verdict == .genuineAndCurrent else { continue }
                        // Only what was true in the last round passes: the present version, by a path under the present root.
                        #expect(round == 2)
                        let present = kept.last { $0.name == name }?.answer.document
                        if result.kind == "profile" {
                            #expect(document.answer.document == present)
                        } else {
                            #expect(name == World.id("never").text && document.name == name)
                        }
                    }
                }
            }
        }
        // Whoever has seen nothing can be shown an old state as a whole, until its status expires, and no longer.
        let old = try #require(kept.first { $0.name == Self.code })
        #expect(judge.verdict(old.answer, asked: Self.code, at: now).verdict == .genuineAndCurrent)
        #expect(judge.verdict(old.answer, asked: Self.code, at: World.now + 7200).verdict == .genuineNotCurrent)
    }

    @Test("A proof that was touched proves nothing")
    func touched() async throws {
        let world = try Self.world()
        try Self.publish(world)
        let judge = Judge(keys: world.keys)
        try await serving(world) { port throws in
            let kept = try Self.ask(Self.code, port)
            let field = try #require(ProofField(kept.proof))
            #expect(field.steps.count == 2 && ProofField("Suixin-Proof: \(kept.proof)\r\n") == field)
            for place in field.steps[0].path.indices {
                var other = field
                other.steps[0].path[place] ^= 1
                var touched = kept
                touched.proof = other.text
                #expect(judge.verdict(touched, asked: Self.code).verdict != .genuineAndCurrent, "byte \(place)")
            }
            for steps in [[field.steps[1], field.steps[0]], [field.steps[0]], field.steps + [field.steps[1]]] {
                var touched = kept
                touched.proof = ProofField(steps: steps).text
                #expect(judge.verdict(touched, asked: Self.code).verdict != .genuineAndCurrent)
            }
            for text in ["", "\"", "\"AQ\"", "AQ;name=\"a\"", "\"AQ\";name=a", "\"AQ=\";name=\"a\"", kept.proof + ","] {
                var touched = kept
                touched.proof = text
                #expect(judge.verdict(touched, asked: Self.code).verdict == .notGenuine || ProofField(text) != nil)
            }
        }
    }
}

/// A value that a closure of another thread adds to.
final class Gathered<Value: Sendable>: Sendable where Value: RangeReplaceableCollection, Value.Element: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: Value) { mutex = Mutex(value) }
    func add(_ element: Value.Element) { mutex.withLock { $0.append(element) } }
    var value: Value { mutex.withLock { $0 } }
}
