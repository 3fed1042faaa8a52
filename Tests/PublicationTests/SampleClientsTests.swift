import CreditModel
import Foundation
import Publication
import Signing
import Testing

@Suite("Clients in other languages verify what we serve", .timeLimit(.minutes(20)))
struct SampleClientsTests {
    private static let clients = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Samples/Clients").path

    private static func run(_ arguments: [String]) -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = Pipe()
        guard (try? process.run()) != nil else { return (127, "") }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    private static let canRun: [String: Bool] = [
        "python/verify.py": run(["python3", "-c", "import cryptography"]).status == 0,
        "shell/verify.sh": run(["bash", "-c", "command -v curl openssl basenc"]).status == 0,
    ]

    @Test(
        "A good profile passes, a changed copy fails",
        arguments: ["python/verify.py", "shell/verify.sh"],
        SignatureAlgorithm.allCases
    )
    func verify(_ client: String, _ algorithm: SignatureAlgorithm) async throws {
        guard Self.canRun[client] == true else { return }
        let world = try World()
        try world.rotate(algorithm)
        // Several signatures, so that r and s begin with every kind of byte.
        for number in 1...4 { try world.put("P\(number)", name: "广州市第\(number)有限公司") }
        try world.publisher.signProfiles(at: World.now)
        let program = Self.clients + "/" + client
        let folder = world.folder
        try await serving(world) { port throws in
            let base = "http://127.0.0.1:\(port)"
            for number in 1...4 {
                let good = Self.run([program, base, World.id("P\(number)").text])
                #expect(good.status == 0)
                #expect(good.output.contains("广州市第\(number)有限公司"))
            }
            #expect(Self.run([program, base, "sx00000000000000000000"]).status == 3)
            let jwks = folder + "/jwks.json"
            try Data(try HTTPCall.send("GET", "/.well-known/jwks.json", port: port).body).write(
                to: URL(fileURLWithPath: jwks)
            )
            var document = try HTTPCall.send("GET", "/v1/enterprises/P1", port: port).body
            document[document.count / 2] = document[document.count / 2] == 0x41 ? 0x42 : 0x41
            let changed = folder + "/changed.json"
            try Data(document).write(to: URL(fileURLWithPath: changed))
            let offline = client.hasSuffix(".py") ? ["--file", changed, "--jwks", jwks] : ["--offline", changed, jwks]
            #expect(Self.run([program] + offline).status == 1)
        }
    }
}
