// The smallest sender and receiver there can be: camera → colour conversion → x264 or JPEG → TCP → decoder → BGR, one thread each
// (x264 may take more). Nothing is encrypted, nobody is asked, no link is too slow: what a whole call is compared with.
//
//   floor send HOST PORT FOOTAGE WIDTH HEIGHT FPS CODEC       floor receive PORT WIDTH HEIGHT CODEC
//
// CODEC is jpeg, or PRESET:THREADS:BITRATE of x264 (bitrate 0: its constant quality). FPS 0: as fast as it goes. The camera, the
// barcode in each picture and the lines on stdout are those of camera.py.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <turbojpeg.h>
#include <unistd.h>

enum { columns = 48, rows = 2, code_bytes = 12, black = 16, white = 235, threshold = 126, buffers = 4, jpeg_quality = 80 };

static int width, height;

static void check(bool holds, const char *what) {
  if (holds) return;
  perror(what);
  exit(1);
}

static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static size_t picture_bytes(void) { return (size_t)width * height * 3; }

// ---- barcode: 48 × 2 blocks, frame (32 bits), capture time (48), CRC-16/CCITT-FALSE (16), most significant bit first ----

static int band_px(void) { return (int)((double)rows * width / columns + 0.5); }

static uint16_t crc16(const uint8_t *bytes, int count) {
  uint16_t crc = 0xffff;
  for (int i = 0; i < count; i++) {
    crc ^= bytes[i] << 8;
    for (int bit = 0; bit < 8; bit++) crc = crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0);
  }
  return crc;
}

static void stamp(uint8_t *picture, uint32_t frame, int64_t captured_us) {
  uint8_t code[code_bytes];
  for (int i = 0; i < 4; i++) code[i] = frame >> (24 - 8 * i);
  for (int i = 0; i < 6; i++) code[4 + i] = captured_us >> (40 - 8 * i);
  uint16_t crc = crc16(code, 10);
  code[10] = crc >> 8;
  code[11] = crc;
  for (int y = 0; y < band_px(); y++) {
    uint8_t *line = picture + (size_t)y * width * 3;
    for (int x = 0; x < width; x++) {
      int bit = y * rows / band_px() * columns + x * columns / width;
      memset(line + x * 3, code[bit / 8] >> (7 - bit % 8) & 1 ? white : black, 3);
    }
  }
}

/** Says which picture is whole in memory now. */
static void arrived(const uint8_t *picture) {
  int64_t at_us = now_us();
  double block = (double)width / columns, row = (double)band_px() / rows;
  int side = (int)(block / 3) > 0 ? (int)(block / 3) : 1;
  uint8_t code[code_bytes] = {0};
  for (int bit = 0; bit < code_bytes * 8; bit++) {
    const uint8_t *from = picture + ((size_t)(bit / columns * row + row / 2) * width + (size_t)(bit % columns * block + (block - side) / 2)) * 3;
    int sum = 0;
    for (int x = 0; x < side; x++) sum += from[x * 3 + 1];
    code[bit / 8] = code[bit / 8] << 1 | (sum > threshold * side);
  }
  uint32_t frame = 0;
  int64_t captured_us = 0;
  for (int i = 0; i < 4; i++) frame = frame << 8 | code[i];
  for (int i = 4; i < 10; i++) captured_us = captured_us << 8 | code[i];
  if (crc16(code, code_bytes) != 0) puts("unreadable");
  else printf("%u %lld %lld\n", frame, (long long)captured_us, (long long)at_us);
  fflush(stdout);
}

// ---- camera ----

typedef struct {
  const uint8_t *footage;
  uint8_t *picture;
  int count, waiting;
  int64_t taken, queue[buffers];
  double period_us;
  int64_t start_us;
} Camera;

static Camera open_camera(const char *path, double fps) {
  int file = open(path, O_RDONLY);
  struct stat info;
  check(file >= 0 && fstat(file, &info) == 0, path);
  Camera camera = {.picture = malloc(picture_bytes()), .count = info.st_size / picture_bytes(), .period_us = fps > 0 ? 1e6 / fps : 0};
  camera.footage = mmap(NULL, info.st_size, PROT_READ, MAP_SHARED, file, 0);
  check(camera.footage != MAP_FAILED && camera.count > 0, path);
  camera.start_us = now_us();
  return camera;
}

static int64_t due_us(const Camera *camera, int64_t frame) { return camera->start_us + (int64_t)(frame * camera->period_us); }

/** The next picture, stamped, in camera->picture. One buffer is with the reader; when the others are full, new pictures are lost. */
static void take_picture(Camera *camera) {
  int64_t frame, captured_us;
  if (camera->period_us > 0) {
    for (; due_us(camera, camera->taken) <= now_us(); camera->taken++)
      if (camera->waiting < buffers - 1) camera->queue[camera->waiting++] = camera->taken;
    if (camera->waiting == 0) {
      int64_t wait_us = due_us(camera, camera->taken) - now_us();
      if (wait_us > 0) usleep(wait_us);
      camera->queue[camera->waiting++] = camera->taken++;
    }
    frame = camera->queue[0];
    memmove(camera->queue, camera->queue + 1, --camera->waiting * sizeof *camera->queue);
    captured_us = due_us(camera, frame);
  } else {
    frame = camera->taken++;
    captured_us = now_us();
  }
  memcpy(camera->picture, camera->footage + frame % camera->count * picture_bytes(), picture_bytes());
  stamp(camera->picture, frame + 1, captured_us);
}

// ---- network: four bytes of length, then a coded picture ----

static int connect_to(const char *host, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(host)};
  int server = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  check(connect(server, (void *)&address, sizeof address) == 0, "connect");
  setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return server;
}

static int accept_at(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = INADDR_ANY};
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  check(bind(listener, (void *)&address, sizeof address) == 0 && listen(listener, 1) == 0, "listen");
  return accept(listener, NULL, NULL);
}

static void send_all(int to, const uint8_t *bytes, size_t count) {
  while (count > 0) {
    ssize_t sent = send(to, bytes, count, MSG_NOSIGNAL);
    if (sent <= 0) exit(0);
    bytes += sent;
    count -= sent;
  }
}

static void send_packet(int to, const uint8_t *bytes, uint32_t count) {
  send_all(to, (const uint8_t *)&count, sizeof count);
  send_all(to, bytes, count);
}

static void receive_all(int from, void *bytes, size_t count) {
  if (count > 0 && recv(from, bytes, count, MSG_WAITALL) != (ssize_t)count) exit(0);
}

static uint32_t receive_packet(int from, uint8_t *bytes) {
  uint32_t count;
  receive_all(from, &count, sizeof count);
  if (count > picture_bytes()) exit(1);
  receive_all(from, bytes, count);
  return count;
}

// ---- codecs ----

static void send_jpeg(int to, Camera *camera) {
  tjhandle encoder = tjInitCompress();
  unsigned long room = tjBufSize(width, height, TJSAMP_420), count;
  for (unsigned char *data = tjAlloc(room);;) {
    take_picture(camera);
    count = room;
    tjCompress2(encoder, camera->picture, width, 0, height, TJPF_BGR, &data, &count, TJSAMP_420, jpeg_quality, TJFLAG_FASTDCT | TJFLAG_NOREALLOC);
    send_packet(to, data, count);
  }
}

static void receive_jpeg(int from) {
  tjhandle decoder = tjInitDecompress();
  uint8_t *data = malloc(picture_bytes()), *picture = malloc(picture_bytes());
  for (;;) {
    uint32_t count = receive_packet(from, data);
    tjDecompress2(decoder, data, count, picture, width, 0, height, TJPF_BGR, TJFLAG_FASTDCT);
    arrived(picture);
  }
}

static AVCodecContext *open_x264(const char *codec) {
  char preset[32] = "";
  int threads = 1;
  long bitrate = 0;
  sscanf(codec, "%31[^:]:%d:%ld", preset, &threads, &bitrate);
  const AVCodec *x264 = avcodec_find_encoder_by_name("libx264");
  check(x264 != NULL, "libx264");
  AVCodecContext *encoder = avcodec_alloc_context3(x264);
  encoder->width = width;
  encoder->height = height;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->time_base = (AVRational){1, 30};
  encoder->framerate = (AVRational){30, 1};
  encoder->gop_size = 1 << 20;
  encoder->thread_count = threads;
  encoder->bit_rate = encoder->rc_max_rate = bitrate;
  encoder->rc_buffer_size = bitrate / 10;
  AVDictionary *options = NULL;
  av_dict_set(&options, "preset", preset, 0);
  av_dict_set(&options, "tune", "zerolatency", 0);
  check(avcodec_open2(encoder, x264, &options) == 0, "x264");
  return encoder;
}

static void send_h264(int to, Camera *camera, const char *codec) {
  AVCodecContext *encoder = open_x264(codec);
  struct SwsContext *scaler = sws_getContext(width, height, AV_PIX_FMT_BGR24, width, height, AV_PIX_FMT_YUV420P, SWS_POINT, NULL, NULL, NULL);
  AVPacket *packet = av_packet_alloc();
  AVFrame *frame = av_frame_alloc();
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = width;
  frame->height = height;
  av_frame_get_buffer(frame, 0);
  for (frame->pts = 0;; frame->pts++) {
    take_picture(camera);
    av_frame_make_writable(frame);
    sws_scale(scaler, (const uint8_t *const[]){camera->picture}, (int[]){width * 3}, 0, height, frame->data, frame->linesize);
    avcodec_send_frame(encoder, frame);
    for (; avcodec_receive_packet(encoder, packet) == 0; av_packet_unref(packet)) send_packet(to, packet->data, packet->size);
  }
}

static void receive_h264(int from) {
  AVCodecContext *decoder = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_H264));
  decoder->thread_count = 1;
  decoder->flags |= AV_CODEC_FLAG_LOW_DELAY;
  check(avcodec_open2(decoder, NULL, NULL) == 0, "h264");
  struct SwsContext *scaler = sws_getContext(width, height, AV_PIX_FMT_YUV420P, width, height, AV_PIX_FMT_BGR24, SWS_POINT, NULL, NULL, NULL);
  AVPacket *packet = av_packet_alloc();
  AVFrame *frame = av_frame_alloc();
  uint8_t *data = malloc(picture_bytes() + AV_INPUT_BUFFER_PADDING_SIZE), *picture = malloc(picture_bytes());
  for (;;) {
    packet->data = data;
    packet->size = receive_packet(from, data);
    memset(data + packet->size, 0, AV_INPUT_BUFFER_PADDING_SIZE);
    avcodec_send_packet(decoder, packet);
    while (avcodec_receive_frame(decoder, frame) == 0) {
      sws_scale(scaler, (const uint8_t *const *)frame->data, frame->linesize, 0, height, (uint8_t *const[]){picture}, (int[]){width * 3});
      arrived(picture);
    }
  }
}

int main(int count, char **words) {
  if (count == 9 && strcmp(words[1], "send") == 0) {
    width = atoi(words[5]);
    height = atoi(words[6]);
    Camera camera = open_camera(words[4], atof(words[7]));
    int to = connect_to(words[2], atoi(words[3]));
    if (strcmp(words[8], "jpeg") == 0) send_jpeg(to, &camera);
    else send_h264(to, &camera, words[8]);
  } else if (count == 6 && strcmp(words[1], "receive") == 0) {
    width = atoi(words[3]);
    height = atoi(words[4]);
    int from = accept_at(atoi(words[2]));
    if (strcmp(words[5], "jpeg") == 0) receive_jpeg(from);
    else receive_h264(from);
  }
  return 1;
}
