import CreditModel
import CreditStore
import Derivation
import Foundation
import Publication
import Signing
import Testing

@Suite("Platforms ask over HTTP what was", .timeLimit(.minutes(20)))
struct PastServerTests {
    private static let code = "91440101MA5AK9RM43"
    private static let penalties = DatasetID(.hongdun, "penalty")
    /// Three moments, an hour and more before ``World/now``.
    private static let (first, second, third) = (World.now - 90_000, World.now - 60_000, World.now - 30_000)

    /// A row whose name changes, and a penalty that is withdrawn: three times received, derived and signed.
    private func world() throws -> World {
        let world = try World()
        try receive(
            World.registration,
            "P1",
            "registration.name",
            "广州旧名有限公司",
            from: "2010-01-01",
            in: world,
            at: Self.first
        )
        try receive(Self.penalties, "罚1", "violation", "某违法行为", from: "2015-06-01", in: world, at: Self.first)
        try publish(world, at: Self.first + 60)
        try world.rotate(.edDSA)
        try receive(
            World.registration,
            "P1",
            "registration.name",
            "广州新名有限公司",
            from: "2016-01-01",
            in: world,
            at: Self.second
        )
        try publish(world, at: Self.second + 60)
        try receive(Self.penalties, "罚1", "violation", nil, from: "2015-06-01", in: world, at: Self.third)
        try publish(world, at: Self.third + 60)
        return world
    }

    private func receive(
        _ dataset: DatasetID,
        _ key: String,
        _ field: String,
        _ value: String?,
        from: String,
        in world: World,
        at moment: Int64
    ) throws {
        let subject = Subject(
            role: .subject,
            pripid: "P1",
            codes: [SubjectCode(Code(.uscc, Self.code), .valid)],
            name: "广州某名有限公司"
        )
        let content = value.map {
            CreditRecord(subjects: [subject], facts: [Fact(field, .text($0))], from: CreditDate(from))
        }
        let text = "\(dataset)/\(key)/\(value ?? "")"
        let version = ReceivedVersion(
            key: RecordKey([key]),
            hasRestrictedKey: false,
            version: RecordVersion(
                digest: VersionDigest(text: ShortDigest.text(of: World.sha256(Array(text.utf8)))),
                operation: value == nil ? .withdrawal : .record,
                modified: LocalTime(posix: moment),
                sequence: moment,
                content: content
            ),
            original: Array("<ROW/>".utf8),
            place: RowPlace(document: "page", row: 1, line: 1)
        )
        _ = try world.store.commit(
            StoreBatch(dataset: dataset, run: "run", receivedAt: moment, versions: [version])
        )
    }

    private func publish(_ world: World, at moment: Int64) throws {
        try Deriver(store: world.store, secret: TravelTown.secret) { moment }.derive(on: World.day)
        try world.publisher.signProfiles(at: moment)
    }

    private static func target(_ query: String, _ name: String = World.id("P1").text) -> String {
        "/v1/enterprises/\(name)?\(query)"
    }

    private static func moment(_ posix: Int64) -> String {
        "knownAt=" + LocalTime(posix: posix).description.replacing("+", with: "%2B")
    }

    @Test("What was given at a moment is given again, by id, code and registry key, although keys were rotated")
    func knownAt() async throws {
        let world = try world()
        let present = try #require(try world.store.signed(World.id("P1")))
        let verifier = world.verifier()
        try await serving(world) { port throws in
            for name in [World.id("P1").text, Self.code, "P1"] {
                let then = try HTTPCall.send("GET", Self.target(Self.moment(Self.first + 60), name), port: port)
                #expect(then.status == 200)
                #expect(then.headers["cache-control"] == "private, max-age=31536000, immutable")
                #expect(then.headers["content-location"] == Self.target(Self.moment(Self.first + 60)))
                let payload = try SignedDocument(parsing: then.body).unverifiedPayload
                #expect(text(payload).contains("旧名") && text(payload).contains("某违法行为"))
                #expect(try Envelope.read(payload).envelope.issuedAt == Self.first + 60)
                #expect(verifier.verify(then.body).verdict == .genuineNotCurrent)
            }
            let later = try HTTPCall.send("GET", Self.target("knownAt=2018-06-01T10:00"), port: port)
            #expect(later.body == present.document)
            #expect(later.headers["cache-control"] == "no-cache", "it is this very minute")
            let before = try HTTPCall.send("GET", Self.target(Self.moment(Self.first + 59)), port: port)
            #expect(before.status == 404)
            #expect(before.text.contains("urn:suixin:problem:unknown-then"))
        }
    }

    @Test("What was true on a day is signed under a name of its own, and says of which day it is")
    func asOf() async throws {
        let world = try world()
        let (keys, verifier) = (world.keys, world.verifier())
        try await serving(world) { port throws in
            let answer = try HTTPCall.send("GET", Self.target("asOf=2015-12-31", Self.code), port: port)
            #expect(answer.status == 200)
            #expect(answer.headers["cache-control"] == "no-cache")
            let document = try SignedDocument(parsing: answer.body)
            #expect(throws: SigningError.self) { try keys.verify(document, as: .profile) }
            let (envelope, profile) = try DatedEnvelope.read(keys.verify(document, as: .pastProfile).payload)
            #expect(envelope.asOf == Day("2015-12-31"))
            #expect(envelope.knownAt == nil)
            #expect(text(profile).contains("旧名") && !text(profile).contains("新名"))
            #expect(!text(profile).contains("某违法行为"), "it was withdrawn")
            let verification = verifier.verify(answer.body)
            #expect(verification.verdict == .genuineNotCurrent)
            #expect(verification.facts["as of"] == "2015-12-31")
            let tag = try #require(answer.headers["etag"])
            #expect(tag.hasPrefix("W/"))
            let target = Self.target("asOf=2015-12-31")
            #expect(try HTTPCall.send("GET", target, port: port, headers: ["If-None-Match: \(tag)"]).status == 304)
            let other = Self.target("asOf=2015-12-30")
            #expect(try HTTPCall.send("GET", other, port: port, headers: ["If-None-Match: \(tag)"]).status == 200)
            let early = try HTTPCall.send("GET", Self.target("asOf=2009-12-31"), port: port)
            #expect(early.status == 404)
            #expect(early.text.contains("urn:suixin:problem:nothing-true-then"))
        }
    }

    @Test("Both axes: what would have been said then about that day")
    func both() async throws {
        let world = try world()
        let keys = world.keys
        try await serving(world) { port throws in
            let query = "asOf=2016-06-01&" + Self.moment(Self.first + 60)
            let answer = try HTTPCall.send("GET", Self.target(query, Self.code), port: port)
            #expect(answer.headers["cache-control"] == "private, max-age=31536000, immutable")
            let verified = try keys.verify(SignedDocument(parsing: answer.body), as: .pastProfile)
            let (envelope, profile) = try DatedEnvelope.read(verified.payload)
            #expect(envelope.knownAt == Self.first + 60)
            #expect(text(profile).contains("旧名"), "nobody had told of the change")
            #expect(text(profile).contains("某违法行为"), "it was not withdrawn yet")
            let day = "asOf=\(World.day)&" + Self.moment(Self.first + 60)
            let today = try HTTPCall.send("GET", Self.target(day), port: port)
            let then = try HTTPCall.send("GET", Self.target(Self.moment(Self.first + 60)), port: port)
            let bytes = try Array(DatedEnvelope.read(SignedDocument(parsing: today.body).unverifiedPayload).profile)
            #expect(try bytes == Array(Envelope.read(SignedDocument(parsing: then.body).unverifiedPayload).profile))
        }
    }

    @Test(
        "Parameters that cannot be meant are refused with a problem document",
        arguments: [
            ("asof=2015-12-31", "bad-parameter"), ("asOf=2015-12-31&asOf=2015-12-31", "bad-parameter"),
            ("asOf", "bad-parameter"), ("asOf=2015-02-29", "bad-parameter"), ("asOf=", "bad-parameter"),
            ("knownAt=2015-12-31", "bad-parameter"), ("knownAt=%FF", "bad-parameter"), ("asOf=2018-06-02", "future"),
            ("knownAt=2018-06-01T10:00:01", "future"), ("knownAt=2018-06-01T02:00:01Z", "future"),
        ]
    )
    func refused(_ query: String, _ problem: String) async throws {
        let world = try world()
        try await serving(world) { port throws in
            let answer = try HTTPCall.send("GET", Self.target(query), port: port)
            #expect(answer.status == 400)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(answer.text.contains("urn:suixin:problem:\(problem)"))
        }
    }
}
