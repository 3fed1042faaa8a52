import CreditModel
import CreditStore
import Publication
import Signing
import Testing

@Suite("The status of the sources says how fresh they are")
struct StatusTests {
    private func states(_ status: SignedStatus, _ world: World) throws -> [String] {
        let payload = try world.keys.verify(SignedDocument(parsing: status.document), as: .status).payload
        return try StatusPayload(payload).states.map { "\($0.dataset) \($0.state)" }
    }

    @Test("Sources that were never read are said to be so; a good run makes them current, and time makes them late")
    func sourceStates() throws {
        let world = try World()
        let publisher = world.publisher
        #expect(
            try states(publisher.publishStatus(at: World.now, day: World.day), world) == [
                "hongdun/registration never", "statetax/NSRXX never",
            ]
        )
        try world.finish()
        #expect(
            try states(publisher.publishStatus(at: World.now, day: World.day), world).first
                == "hongdun/registration current"
        )
        let late = World.now + 36 * 3600 + 1
        #expect(
            try states(publisher.publishStatus(at: late, day: World.day), world).first == "hongdun/registration late"
        )
        try world.finish(at: late, error: "connection refused")
        #expect(
            try states(publisher.publishStatus(at: late, day: World.day), world).first
                == "hongdun/registration unreachable"
        )
    }

    @Test("A known gap is named")
    func incomplete() throws {
        let world = try World()
        _ = try world.store.commit(
            StoreBatch(
                dataset: World.registration,
                run: "r",
                receivedAt: World.now,
                progress: StoredProgress(
                    completeUpTo: LocalTime("2018-05-31 02:00:00"),
                    incomplete: ["gap:7"],
                    announcements: ["14401": try #require(Day("2018-04-01"))]
                )
            )
        )
        try world.finish()
        let status = try world.publisher.publishStatus(at: World.now, day: World.day)
        let payload = text(try world.keys.verify(SignedDocument(parsing: status.document)).payload)
        #expect(payload.contains(#""incomplete":["gap:7"],"lastSuccess":"2018-06-01T10:00:00+08:00""#))
        #expect(payload.contains(#""announcements":{"14401":"2018-04-01"},"completeUpTo":"2018-05-31T02:00:00+08:00""#))
        #expect(payload.contains(#""state":"incomplete""#))
    }

    @Test("It is signed only after every profile is derived and signed")
    func afterProfiles() throws {
        let world = try World()
        try world.commit("P1", name: "未推导")
        #expect(throws: PublicationError.unfinished(waiting: 1)) {
            try world.publisher.publishStatus(at: World.now, day: World.day)
        }
        try world.put("P1", name: "未签")
        #expect(throws: PublicationError.unfinished(waiting: 1)) {
            try world.publisher.publishStatus(at: World.now, day: World.day)
        }
        #expect(try world.publisher.statusDocument(at: World.now) == nil)
        try world.publisher.signProfiles(at: World.now)
        #expect(
            try world.publisher.publishStatus(at: World.now, day: World.day).position == world.store.storePosition()
        )
    }

    @Test("It is signed anew at a change and after an hour, not before, and names the one before")
    func renewal() throws {
        let world = try World()
        let publisher = world.publisher
        try world.finish()
        let first = try publisher.publishStatus(at: World.now, day: World.day)
        #expect(first.expiresAt == World.now + 7200)
        #expect(try publisher.publishStatus(at: World.now + 3599, day: World.day) == first)
        let second = try publisher.publishStatus(at: World.now + 3600, day: World.day)
        #expect(second.position == first.position)
        try world.finish(at: World.now + 3601)
        let third = try publisher.publishStatus(at: World.now + 3602, day: World.day)
        #expect(third.position > second.position)
        for (status, previous) in [(second, first), (third, second)] {
            let payload = try world.keys.verify(SignedDocument(parsing: status.document)).payload
            #expect(try StatusPayload(payload).previous == previous.digest)
            #expect(previous.digest.hasPrefix("sha256:"))
        }
    }

    @Test("A clock that was set back makes no status that looks older")
    func clockSetBack() throws {
        let world = try World()
        let first = try world.publisher.publishStatus(at: World.now, day: World.day)
        try world.finish(at: World.now - 500)
        #expect(try world.publisher.publishStatus(at: World.now - 400, day: World.day).issuedAt == first.issuedAt)
    }

    @Test("While profiles wait, callers get the last status")
    func whileWaiting() throws {
        let world = try World()
        let first = try world.publisher.publishStatus(at: World.now, day: World.day)
        try world.commit("P1", name: "等待")
        #expect(try world.publisher.statusDocument(at: World.now + 4000) == first.document)
    }
}
