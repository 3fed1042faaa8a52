import CreditModel
import CreditStore
import Foundation
import Publication
import Signing
import Testing

@Suite("A document is verified without store and network")
struct VerifierTests {
    private func signedProfile(_ world: World) throws -> [UInt8] {
        let id = try world.put("P1", name: "广州市天河贸易有限公司")
        try world.publisher.signProfiles(at: World.now)
        return try #require(try world.store.signed(id)).document
    }

    @Test("A profile is genuine but not shown to be current, in either form, and says what that proves")
    func profile() throws {
        let world = try World()
        let document = try signedProfile(world)
        for form in [document, try SignedDocument(parsing: document).compact] {
            let result = world.verifier().verify(form)
            #expect(result.verdict == .genuineNotCurrent)
            #expect(result.verdict.rawValue == 2)
            #expect(result.facts["enterprise"] == World.id("P1").text)
            #expect(result.facts["issuer"] == World.issuer)
            #expect(result.problems.isEmpty)
            #expect(!result.doesNotProve.isEmpty)
            #expect(text(result.json).contains(#""exitCode":2"#))
            #expect(result.text.contains("This does not prove"))
        }
    }

    @Test("A status is current until it expires")
    func status() throws {
        let world = try World()
        let status = try world.publisher.publishStatus(at: World.now, day: World.day).document
        #expect(world.verifier(at: World.now + 7199).verify(status).verdict == .genuineAndCurrent)
        #expect(world.verifier(at: World.now + 7200).verify(status).verdict == .genuineNotCurrent)
        #expect(world.verifier(at: World.now - 3600).verify(status).verdict == .genuineNotCurrent)
    }

    @Test("A changed copy, another issuer's and an unknown key's are not genuine")
    func notGenuine() throws {
        let world = try World()
        let document = try signedProfile(world)
        var changed = document
        changed[document.count / 2] ^= 1
        #expect(world.verifier().verify(changed).verdict == .notGenuine)
        #expect(
            Verifier(keys: world.keys, now: World.now, issuer: "https://other.example").verify(document).verdict
                == .notGenuine
        )
        #expect(Verifier(keys: try World().keys, now: World.now).verify(document).verdict == .notGenuine)
        #expect(world.verifier().verify([]).verdict == .notGenuine)
    }

    @Test("A good signature over what the exchange never writes is not genuine")
    func foreignPayload() throws {
        let world = try World()
        let id = World.id("P1")
        let good = Envelope(
            issuer: World.issuer,
            issuedAt: World.now,
            subject: id.text,
            version: "sx00000000000000000000"
        )
        let payloads = [
            good.payload(around: Array(#"{"id":"x"}"#.utf8)),
            Array(#"{"iat":1, "iss":"x","profile":{},"sub":"\#(id)","version":"x"}"#.utf8),
            Array("not json".utf8), Array("{}".utf8),
        ]
        for payload in payloads {
            let document = try world.ring.signingKey.sign(payload, as: .profile).flattened
            #expect(world.verifier().verify(document).verdict == .notGenuine, "\(text(payload))")
        }
    }

    @Test("With a status beside it a profile is still not shown to be current, and a false status is found")
    func withStatus() throws {
        let world = try World()
        let profile = try world.write(signedProfile(world), "profile.json")
        let document = try world.publisher.publishStatus(at: World.now, day: World.day).document
        let result = try world.verifier().verify(file: profile, beside: .init(status: document))
        #expect(result.verdict == .genuineNotCurrent)
        #expect(result.facts["status position"] != nil)
        let swapped = try world.verifier().verify(file: profile, beside: .init(status: signedProfile(world)))
        #expect(swapped.verdict == .notGenuine)
    }

    @Test("Pretty-printed JSON is the same document")
    func prettyPrinted() throws {
        let world = try World()
        let pretty =
            text(try signedProfile(world)).replacing(",\"", with: ",\n  \"").replacing("{\"", with: "{\n  \"") + "\n"
        let path = try world.write(Array(pretty.utf8), "pretty.json")
        #expect(try world.verifier().verify(file: path).verdict == .genuineNotCurrent)
    }
}
