import CreditModel
import CreditStore
import Derivation
import Publication
import ServiceKit
import Signing
import Testing

@Suite("Time travel over generated histories", .timeLimit(.minutes(20)))
struct TimeTravelTests {
    private func answer(_ answer: PastAnswer) -> TravelTown.Answer {
        switch answer {
        case .nothing: .nothing
        case .moved(let id): .moved(id)
        case .served(let signed): .document(signed.document)
        }
    }

    private func profile(_ document: [UInt8]) throws -> [UInt8] {
        Array(try Envelope.read(SignedDocument(parsing: document).unverifiedPayload).profile)
    }

    @Test(
        "Generated histories: what was answered is told again, and what was known is worked out again",
        arguments: 1...4
    )
    func histories(seed: UInt64) throws {
        let town = try TravelTown(seed: seed)
        let retrospect = try Retrospect(store: town.world.store, secret: TravelTown.secret)
        var withdrawn = 0
        for _ in 0..<5 {
            try town.live(steps: 6)
            withdrawn += try checkWithdrawn(in: town, retrospect)
        }
        try checkAnswers(of: town)
        try checkKnowledge(of: town, retrospect)
        try checkToday(in: town, retrospect)
        let answers = town.answers.flatMap(\.byID.values)
        #expect(answers.contains { if case .moved = $0 { true } else { false } }, "ids were joined")
        #expect(Set(answers).count > 20, "much was answered")
        #expect(withdrawn > 3, "something was withdrawn")
    }

    /// Each moment's answers byte for byte, from the commit on and up to the next.
    private func checkAnswers(of town: TravelTown) throws {
        let ids = Set(town.answers.flatMap(\.byID.keys))
        var before: [EnterpriseID: TravelTown.Answer] = [:]
        for (moment, byID) in town.answers {
            for id in ids {
                let told = try answer(town.world.store.answer(about: id, at: moment))
                #expect(told == byID[id] ?? .nothing, "\(id) at \(moment)")
                // Received, but neither derived nor signed: the answer was still the one before.
                let earlier = try answer(town.world.store.answer(about: id, at: moment - 21))
                #expect(earlier == before[id] ?? .nothing, "\(id) before \(moment)")
            }
            before = byID
        }
    }

    /// What was known at a moment about its own day, decided and merged anew, is what was signed then.
    private func checkKnowledge(of town: TravelTown, _ retrospect: Retrospect) throws {
        let ids = Set(town.answers.flatMap(\.byID.keys))
        for (moment, byID) in town.answers {
            for id in ids {
                let told = try retrospect.profile(of: id, asOf: TravelTown.day, knownAt: moment)
                switch (told, byID[id] ?? .nothing) {
                case (.told(let dated), .document(let document)): #expect(try dated.bytes == profile(document))
                case (.moved(let id), .moved(let expected)): #expect(id == expected)
                case (.nothingKnown, .nothing): break
                default: Issue.record("\(id) at \(moment): \(told), not \(byID[id] ?? .nothing)")
                }
            }
        }
    }

    /// All that is known now, as of today, is the present profile.
    private func checkToday(in town: TravelTown, _ retrospect: Retrospect) throws {
        for profile in try town.world.store.profiles(after: nil, limit: 100) {
            guard case .told(let dated) = try retrospect.profile(of: profile.id, asOf: TravelTown.day, knownAt: nil)
            else {
                Issue.record("nothing is told of \(profile.id)")
                continue
            }
            #expect(dated.bytes == profile.bytes)
        }
    }

    /// A withdrawn record leaves no byte in any present profile, nor in the answer for any day.
    private func checkWithdrawn(in town: TravelTown, _ retrospect: Retrospect) throws -> Int {
        let tokens = try town.withdrawn().map(\.token)
        for profile in try town.world.store.profiles(after: nil, limit: 100) {
            let served = try #require(try town.world.store.signed(profile.id))
            var texts = [text(profile.bytes), try text(self.profile(served.document))]
            for days in [-2000, -1000, -700, -100, 0] {
                let day = TravelTown.day.adding(days: days)
                if case .told(let dated) = try retrospect.profile(of: profile.id, asOf: day, knownAt: nil) {
                    texts.append(text(dated.bytes))
                }
            }
            for token in tokens { #expect(!texts.contains { $0.contains(token) }, "\(token)") }
        }
        return tokens.count
    }
}
