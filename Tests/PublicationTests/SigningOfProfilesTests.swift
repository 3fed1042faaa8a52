import CreditModel
import CreditStore
import Publication
import Signing
import Testing

@Suite("Profiles are signed once per version")
struct SigningOfProfilesTests {
    @Test("The signed envelope holds the stored bytes as they are")
    func envelope() throws {
        let world = try World()
        let id = try world.put("P1", name: "广州市天河贸易有限公司")
        #expect(try world.publisher.signProfiles(at: World.now) == 1)
        let signed = try #require(try world.store.signed(id))
        let verified = try world.keys.verify(SignedDocument(parsing: signed.document), as: .profile)
        let (envelope, profile) = try Envelope.read(verified.payload)
        let stored = try #require(try world.store.profile(of: id))
        #expect(Array(profile) == stored.bytes)
        #expect(
            envelope == Envelope(issuer: World.issuer, issuedAt: World.now, subject: id.text, version: stored.version)
        )
        #expect(
            text(verified.payload).hasPrefix(#"{"iat":1527818400,"iss":"https://credit.example/广州\"","profile":{"id":"#)
        )
        #expect(text(verified.payload).hasSuffix(#","sub":"\#(id)","version":"\#(stored.version)"}"#))
        #expect(signed.key == verified.key.keyID)
    }

    @Test("What is signed is not signed again, by a new key neither; a new version is")
    func oncePerVersion() throws {
        let world = try World()
        for number in 1...7 { try world.put("P\(number)", name: "第\(number)号") }
        #expect(try world.publisher.signProfiles(at: World.now) == 7)
        let before = try #require(try world.store.signed(World.id("P1")))
        try world.rotate(.edDSA)
        #expect(try world.publisher.signProfiles(at: World.now + 5) == 0)
        try world.put("P2", name: "改名")
        #expect(try world.publisher.signProfiles(at: World.now + 9) == 1)
        #expect(try world.store.signed(World.id("P1")) == before)
        let new = try #require(try world.store.signed(World.id("P2")))
        #expect(new.issuedAt == World.now + 9)
        for document in [before.document, new.document] {
            #expect(world.verifier().verify(document).verdict == .genuineNotCurrent)
        }
        #expect(try world.keys.verify(SignedDocument(parsing: new.document)).key.algorithm == .edDSA)
    }

    @Test("A batch is signed on several threads, each document under its own enterprise")
    func parallel() throws {
        let world = try World()
        for number in 1...50 { try world.put("P\(number)", name: "第\(number)号") }
        let publisher = Publisher(
            store: world.store,
            issuer: "x",
            signingKey: { [ring = world.ring] in try ring.signingKey },
            datasets: [],
            batchSize: 16,
            width: 4
        )
        var seen: [Int] = []
        #expect(try publisher.signProfiles(at: World.now) { seen.append($0) } == 50)
        #expect(seen == [16, 32, 48, 50])
        for signed in try world.store.signedProfiles(after: nil, limit: 100) {
            let payload = try world.keys.verify(SignedDocument(parsing: signed.document)).payload
            #expect(try Envelope.read(payload).envelope.subject == signed.id.text)
        }
    }

    @Test("A profile that verifiers would refuse is not signed")
    func tooLarge() throws {
        let world = try World()
        let filler = String(repeating: "信", count: 32_000)
        try world.put("P1", name: "大", extra: #","filler":"\#(filler)""#)
        #expect(throws: PublicationError.self) { try world.publisher.signProfiles(at: World.now) }
        #expect(try world.store.signed(World.id("P1")) == nil)
    }
}
