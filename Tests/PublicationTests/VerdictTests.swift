import CreditModel
import CreditStore
import Dispatch
import Foundation
import Publication
import Signing
import Synchronization
import Testing

@Suite("Verdicts at the edges: 0 genuine and current, 2 genuine, 1 not genuine")
struct VerdictTests {
    private func sign(_ json: String, as type: DocumentType, _ world: World) throws -> [UInt8] {
        try world.ring.signingKey.sign(Array(json.utf8), as: type).flattened
    }
    private func status(iat: String, exp: String) -> String {
        #"{"exp":\#(exp),"iat":\#(iat),"iss":"https://credit.example/广州\"","position":1,"previous":null,"sources":{}}"#
    }

    @Test(
        "A status counts from two minutes before its time to the second before it expires",
        arguments: [
            (-121, 2), (-120, 0), (0, 0), (7199, 0), (7200, 2), (1_000_000, 2),
        ] as [(Int64, Int32)]
    )
    func expiry(_ later: Int64, _ verdict: Int32) throws {
        let world = try World()
        let document = try world.publisher.publishStatus(at: World.now, day: World.day).document
        #expect(world.verifier(at: World.now + later).verify(document).verdict.rawValue == verdict)
    }

    @Test(
        "A status that lives too long, backwards or beyond the calendar is none",
        arguments: [
            ("1527818400", "1527825601"), ("1527818400", "1527818400"), ("1527818400", "1"),
            ("-9223372036854775807", "9223372036854775807"), ("9223372036854775807", "9223372036854775807"),
            ("1527818400", "\"1527825600\""), ("1527818400.5", "1527825600"),
        ]
    )
    func impossibleTimes(_ iat: String, _ exp: String) throws {
        let world = try World()
        let good = try sign(status(iat: "1527818400", exp: "1527825600"), as: .status, world)
        #expect(world.verifier().verify(good).verdict == .genuineAndCurrent)
        let document = try sign(status(iat: iat, exp: exp), as: .status, world)
        #expect(world.verifier().verify(document).verdict == .notGenuine)
    }

    @Test("One kind of document under another's type is not genuine")
    func otherKind() throws {
        let world = try World()
        for type in [DocumentType.profile, .manifest, DocumentType(rawValue: "JWT")] {
            let document = try sign(status(iat: "1527818400", exp: "1527825600"), as: type, world)
            #expect(world.verifier().verify(document).verdict == .notGenuine, "\(type)")
        }
    }

    @Test("Beside an expired status a document is not shown to be current")
    func besideExpired() throws {
        let world = try World()
        let old = try world.publisher.publishStatus(at: World.now, day: World.day).document
        try world.finish(at: World.now + 9000)
        let new = try world.publisher.publishStatus(at: World.now + 9000, day: World.day).document
        #expect(
            world.verifier(at: World.now + 9001).verify(new, beside: .init(status: old)).verdict == .genuineNotCurrent
        )
        #expect(
            world.verifier(at: World.now + 9001).verify(new, beside: .init(status: new)).verdict == .genuineAndCurrent
        )
    }

    @Test("An export of nobody is whole by its manifest; an empty file alone is nothing")
    func emptyExport() throws {
        let world = try World()
        let exporter = Exporter(store: world.store, publisher: world.publisher, keys: world.keys)
        _ = try exporter.export(to: .init(path: world.path("none")), at: World.now)
        let result = try world.verifier().verify(file: world.path("none"))
        #expect(result.verdict == .genuineNotCurrent)
        #expect(result.facts["profiles"] == "0")
        #expect(try world.verifier().verify(file: world.write([], "empty")).verdict == .notGenuine)
    }

    @Test("Readers that ask for the status at once get one chain, without a fork")
    func concurrentStatus() throws {
        let world = try World()
        let publisher = world.publisher
        for round in 0..<50 {
            try world.finish(at: World.now + Int64(round))
            let documents = Mutex<Set<String>>([])
            DispatchQueue.concurrentPerform(iterations: 4) { _ in
                guard let status = try? publisher.publishStatus(at: World.now, day: World.day) else { return }
                _ = documents.withLock { $0.insert(text(status.document)) }
            }
            // ES256 is not deterministic: two signings would differ.
            #expect(documents.withLock { $0.count } == 1)
        }
    }
}
