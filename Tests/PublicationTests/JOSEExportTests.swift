import CreditModel
import CreditStore
import Foundation
import Publication
import Signing
import Testing

/// Writes an export for `Scripts/check-jose.py`: `SUIXIN_JOSE_CORPUS=folder swift test --filter JOSEExportTests`.
@Suite("Independent libraries get an export to verify")
struct JOSEExportTests {
    private static let folder = ProcessInfo.processInfo.environment["SUIXIN_JOSE_CORPUS"]

    @Test("Profiles, an annex and the manifest", .enabled(if: folder != nil))
    func corpus() throws {
        let folder = try #require(Self.folder) + "/export"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let world = try World()
        let rest = Annex(digest: "sx0123456789abcdefghjk", bytes: Array(#"[{"no":1}]"#.utf8))
        for number in 1...20 {
            if number == 11 {
                try world.publisher.signProfiles(at: World.now)
                try world.rotate(.edDSA)
            }
            let extra = number == 5 ? #","shops":{"count":9,"newest":[],"rest":{"digest":"\#(rest.digest)"}}"# : ""
            try world.put("P\(number)", name: "第\(number)号有限公司", extra: extra, annexes: number == 5 ? [rest] : [])
        }
        try world.publisher.signProfiles(at: World.now)
        let exporter = Exporter(store: world.store, publisher: world.publisher, keys: world.keys)
        let report = try exporter.export(to: .init(path: folder + "/profiles.ndjson"), at: World.now)
        #expect(report.annexes == 1)
        let jwks = try DurableFile(path: folder + "/jwks.json")
        try jwks.write(world.keys.jwks)
        try jwks.commit()
    }
}
