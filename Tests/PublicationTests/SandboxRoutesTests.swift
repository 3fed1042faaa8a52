import CanonicalJSON
import Publication
import Testing

/// The levers of a sandbox are no part of a real exchange.
@Suite("A real exchange has no sandbox")
struct SandboxRoutesTests {
    @Test("Its paths are no paths, whoever asks")
    func none() async throws {
        let world = try World()
        try world.put("P1", name: "企业1")
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        let desk = try FrontDesk(world, at: World.now)
        let key = try desk.client("one").key
        try await serving(world, desk: desk) { port throws in
            for page in ["/openapi.json", "/docs"] {
                #expect(!(try HTTPCall.send("GET", page, port: port).text.lowercased().contains("sandbox")), "\(page)")
            }
            for (method, path) in [("GET", "/v1/sandbox"), ("POST", "/v1/sandbox/acts"), ("POST", "/v1/sandbox")] {
                let answer = try HTTPCall.send(
                    method,
                    path,
                    port: port,
                    headers: [
                        "Authorization: Bearer \(key)", "Content-Type: application/json", "Suixin-Purpose: dispute",
                    ],
                    body: method == "POST" ? #"{"act":"advanceDay"}"# : nil
                )
                #expect(answer.status == 404)
                #expect(try JSONValue(parsing: answer.body)["type"]?.string == "urn:suixin:problem:no-such-path")
            }
        }
    }
}
