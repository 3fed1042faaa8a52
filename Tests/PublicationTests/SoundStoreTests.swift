import CreditModel
import CreditStore
import Derivation
import Testing

@Suite("A sound store")
struct SoundStoreTests {
    @Test(
        "has nothing to find, whatever came, changed, was withdrawn, replaced, joined, parted and signed by other keys",
        arguments: [1, 2, 3, 4, 5, 6] as [UInt64]
    )
    func nothing(seed: UInt64) throws {
        let desk = try AuditDesk(seed: seed, steps: 40)
        let path = try desk.fresh()
        #expect(try desk.check(path) == [])
        #expect(desk.report.components > 3 && desk.report.profiles > 0 && desk.report.passedOver == 0)
        let before = try desk.dump(path)
        #expect(try desk.rebuild(path) == [])
        #expect(try desk.check(path) == [])
        #expect(desk.report.waiting == 0 && desk.report.unsigned == 0)
        // What waited is derived; the statements are untouched.
        #expect(try desk.dump(path)["versions"] == before["versions"])
    }
}
